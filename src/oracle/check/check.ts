import { type Arithmetic, arithmeticProblem } from '../../core/engine/arithmetic.ts';
import type { Engine } from '../../core/engine/engine.ts';
import { CASE_OPERATIONS } from '../../core/oracle/case/cases.ts';
import type { Mutant } from '../../core/oracle/mistake/mistake.ts';
import { MUTANTS } from '../../core/oracle/mistake/mistakes.ts';
import { OPERATION_NAMES } from '../../core/oracle/request/operation-table.ts';
import type { CheckedName } from '../../core/oracle/request/operation-types.ts';
import type { OperationReport } from '../report/records.ts';
import { engineRunner } from '../runner/engine.ts';
import { runCases } from './run-cases.ts';

/** What to check an engine on. */
export interface CheckOptions {
  readonly engine: Engine;
  /** Operations by name, gradients as `X.vjp`. @defaultValue all that cases exist for */
  readonly ops?: readonly string[];
  /** Cases of each operation. @defaultValue as many as show every known mistake, `defaultCount(op)` */
  readonly cases?: number;
  readonly seed: number;
  /** A mistake to plant in the engine: the check must find it. */
  readonly plant?: Mutant;
  /** How many milliseconds to look, in each operation that fails, for the smallest case that fails as the first did. @defaultValue 0: not at all */
  readonly shrink?: number;
  readonly progress?: (label: string, done: number) => void;
}

/** Operations that `check` has cases for, gradients included. */
export const CHECKED: readonly CheckedName[] = OPERATION_NAMES.filter((name): name is CheckedName =>
  CASE_OPERATIONS.includes(name.replace(/\.vjp$/, '')),
);

/**
 * Whether a name is that of an operation that can be checked.
 *
 * @example
 * [isCheckedName('mhsa.vjp'), isCheckedName('resize')] // [true, false]
 */
export const isCheckedName = (name: string): name is CheckedName => (CHECKED as readonly string[]).includes(name);

/** Why nothing can be checked, in one sentence: no such operation, no such mistake to plant, an arithmetic of which nothing could be proved. */
export const refused = (arithmetic: Arithmetic, options: Pick<CheckOptions, 'plant'>, op?: string): string | undefined => {
  if (op !== undefined && !isCheckedName(op)) return `there is no operation ${op} to check; there are ${CHECKED.join(', ')}`;
  const strange = arithmeticProblem(arithmetic);
  if (strange !== undefined) return `${strange}; FLOAT32 and FLOAT64 of deit-oracle/oracle are two arithmetics`;
  if ('plant' in options && options.plant === undefined)
    return `there is no such mistake to plant; there are ${MUTANTS.map(({ name }) => name).join(', ')}`;
  return undefined;
};

/**
 * One operation: every case run by the engine and held against the proved bound. An engine that gives up, throws or returns no
 * tensors gets the verdict `error`, and so does an operation or a mistake that there is not; `problem` says what.
 *
 * @example
 * checkOperation({ engine: referenceEngine, cases: 4, seed: 1 }, 'gelu').then(({ verdict }) => verdict) // 'pass'
 * checkOperation({ engine: referenceEngine, cases: 4, seed: 1 }, 'gelo').then(({ verdict }) => verdict) // 'error'
 */
export const checkOperation = (options: CheckOptions, op: string): Promise<OperationReport> =>
  runCases(engineRunner(options.engine, options.plant), op, options, refused(options.engine.arithmetic, options, op));

/**
 * Every operation in turn, each reported when it is done.
 *
 * @example
 * const reports = checkOperations({ engine: referenceEngine, cases: 2, seed: 1, ops: ['gelu', 'softmax'] });
 * reports.next().then(({ value }) => value.op) // 'gelu'
 */
export async function* checkOperations(options: CheckOptions): AsyncGenerator<OperationReport> {
  const ops: readonly string[] = options.ops ?? CHECKED;
  for (const [i, op] of ops.entries()) {
    options.progress?.(`checking ${op}`, i / ops.length);
    yield await checkOperation(options, op);
  }
}
