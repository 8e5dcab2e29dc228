import { type Arithmetic, FLOAT32 } from '../../src/core/engine/arithmetic.ts';
import type { Tensors } from '../../src/core/engine/engine.ts';
import { casesOf, defaultCount } from '../../src/core/oracle/case/cases.ts';
import { operationNamed } from '../../src/core/oracle/request/operation-table.ts';
import { programOf } from '../../src/core/oracle/request/task.ts';
import { both, type Comparison, NOTHING } from '../../src/core/oracle/verdict/compare.ts';
import { judgeCase } from '../../src/core/oracle/verdict/judge-case.ts';
import { judgingOf } from '../../src/oracle/check/judging.ts';
import { type Case, caseOf } from '../../src/oracle/runner/case.ts';
import { right } from '../support/right.ts';

/** A kernel as these tests write it: tensors and attributes to tensors. */
// biome-ignore lint/suspicious/noExplicitAny: attributes of any operation
export type Plain = (inputs: Tensors, attributes: any) => Tensors;

const made = new Map<string, readonly Case[]>();
/** The default cases of an operation, made once. */
export const defaultCases = (op: string): readonly Case[] => {
  const found = made.get(op) ?? casesOf(op, defaultCount(op), 1).map((spec) => right(caseOf(spec)));
  made.set(op, found);
  return found;
};

/** What passed last, by case: the same numbers need not be judged again. */
const passed = new WeakMap<Case, Tensors>();
const same = (a: Tensors | undefined, b: Tensors): boolean =>
  a !== undefined &&
  Object.entries(b).every(([name, { data }]) => a[name] !== undefined && Array.from(data).every((x, i) => x === a[name].data[i]));

/** What the default cases say of a kernel; after the first that fails there is no need to go on. */
export const judged = (op: string, kernel: Plain, arithmetic: Arithmetic = FLOAT32): Comparison & { readonly by?: Case } => {
  let total = NOTHING;
  for (const one of defaultCases(op)) {
    const got = kernel(one.given, right(operationNamed(op)?.completed(one.spec.attrs) ?? fail(op)));
    if (arithmetic === FLOAT32 && same(passed.get(one), got)) continue;
    const { comparison } = judgeCase(arithmetic, programOf(one.task), one.task.inputs, got, judgingOf(one.spec, arithmetic));
    total = both(total, comparison);
    if (comparison.failed > 0) return { ...total, by: one };
    if (arithmetic === FLOAT32) passed.set(one, got);
  }
  return total;
};

const fail = (op: string): never => {
  throw new Error(`no operation ${op}`);
};
