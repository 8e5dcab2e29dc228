import type { Arithmetic } from '../../core/engine/arithmetic.ts';
import type { Tensors } from '../../core/engine/engine.ts';
import type { CaseSpec } from '../../core/oracle/case/case-spec.ts';
import { exactIn } from '../../core/oracle/case/exact.ts';
import { programOf } from '../../core/oracle/request/task.ts';
import { sigmaOf } from '../../core/oracle/sigma/sigma-of.ts';
import { type CaseVerdict, type Judging, judgeCase } from '../../core/oracle/verdict/judge-case.ts';
import { boundsOf } from '../../core/oracle/verdict/judge-program.ts';
import { judgeSpecial } from '../../core/oracle/verdict/special.ts';
import { judgeStatistically, NO_STATISTICS, type Statistics } from '../../core/oracle/verdict/statistics.ts';
import type { Case } from '../runner/case.ts';
import { numbers } from './ask-cases.ts';

/**
 * How the answer to a case is judged: to the last bit where it is exact, by a sample where it is large.
 *
 * @example
 * judgingOf(casesOf('linear', 4, 1)[3], FLOAT32) // { exact: true }
 */
export const judgingOf = (spec: CaseSpec, arithmetic: Arithmetic): Judging => ({
  exact: exactIn(spec, arithmetic),
  ...(spec.sample === undefined ? {} : { sample: { along: spec.sample, seed: spec.seed } }),
});

/** The answer to a case, judged as the case asks. Where NaN is among its inputs only where that comes out is looked at. */
export const judgeAnswer = (arithmetic: Arithmetic, { spec, task }: Case, got: Tensors): CaseVerdict =>
  spec.nan === undefined
    ? judgeCase(arithmetic, programOf(task), task.inputs, got, judgingOf(spec, arithmetic))
    : { steps: [], comparison: judgeSpecial(programOf(task), task.inputs, got), algorithms: [] };

/** Operations that round once, or a few times: what is likely of them is a formula, and nothing needs to be drawn. */
const DIRECT: ReadonlySet<string> = new Set(['linear', 'softmax', 'log_softmax', 'gelu', 'layernorm', 'patch_embed']);
/** Implementations that are drawn where a formula does not say it. */
const SAMPLES = 16;
/** Numbers of a case for which it is worth the time. */
const AFFORDABLE = 24_000;

/**
 * The answer to a case of one operation against what is likely of an honest one, which is less than what is proved: of a long sum above all. Nothing of gradients
 * and of operations of several steps, whose likely errors would have to be drawn; nothing of what was made of NaN or has one right answer.
 */
export const likelihoodOf = (arithmetic: Arithmetic, { spec, task, given }: Case, got: Tensors): Statistics => {
  const { exact, sample } = judgingOf(spec, arithmetic);
  if (!DIRECT.has(spec.op) || numbers(given) > AFFORDABLE || spec.nan !== undefined || exact === true || sample !== undefined)
    return NO_STATISTICS;
  const program = programOf(task);
  return judgeStatistically(
    got,
    sigmaOf(arithmetic, program, task.inputs, { samples: SAMPLES }),
    boundsOf(arithmetic, program, task.inputs),
  );
};
