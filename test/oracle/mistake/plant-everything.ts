import { expect, it } from 'vitest';
import type { Arithmetic } from '../../../src/core/engine/arithmetic.ts';
import { tensorEngine } from '../../../src/core/engine/tensor-engine.ts';
import type { Ops } from '../../../src/core/language/ops.ts';
import { casesOf } from '../../../src/core/oracle/case/cases.ts';
import { type Mutant, plant } from '../../../src/core/oracle/mistake/mistake.ts';
import { MUTANTS } from '../../../src/core/oracle/mistake/mistakes.ts';
import type { Tensor } from '../../../src/core/tensor/tensor.ts';
import { CHECKED, checkOperation } from '../../../src/oracle/check/check.ts';
import { caseOf } from '../../../src/oracle/runner/case.ts';
import { right } from '../../support/right.ts';

/** So many cases of an operation, as by default; fewer of what is made of many operations, of a whole model each of its own sizes once. */
const casesFor = (op: string): number => (/^(forward|loss_gradient)$/.test(op) ? 2 : /^(mhsa|block)/.test(op) ? 4 : 8);

/** The operations, gradients among them, in which a mistake can be made: where it has a place in one of the cases. */
const placesOf = (mutant: Mutant): readonly string[] =>
  CHECKED.filter(
    (op) =>
      mutant.at.some((name) => name === op.replace(/\.vjp$/, '')) &&
      casesOf(op, casesFor(op), 1).some((spec) => {
        const { given, task } = right(caseOf(spec));
        return plant(mutant)({ op, attrs: spec.attrs, given, task }) !== task;
      }),
  );

/** Operations whose cases do not show a mistake that can be made there, and why. Where they do show it they must name it. */
const UNSEEN: Readonly<Record<string, RegExp>> = {
  // No linear layer of these cases is square.
  'linear-weight-not-transposed': /^(linear|mlp)/,
  'input-gradient-weight-transposed': /^(linear|mlp|patch_embed)/,
  // Scores that do not overflow show nothing, and most do not.
  'softmax-maximum-not-subtracted': /./,
  // A model of one block has no order of blocks.
  'blocks-reversed': /^loss_gradient/,
  'blocks-share-weights': /^loss_gradient/,
  // No case has a loss of the logits of evaluation.
  'evaluation-by-class-head': /^loss_gradient/,
  'evaluation-by-distillation-head': /^loss_gradient/,
  'evaluation-by-sum': /^loss_gradient/,
  'evaluation-by-probabilities': /^loss_gradient/,
};
/** A mistake whose effect is that of rounding where nothing overflows: its own bound is as large as what it has to explain, and it is not named. */
const UNNAMED: Readonly<Record<string, RegExp>> = {
  'softmax-maximum-not-subtracted': /^(log_softmax|cross_entropy|kl|soft_distill|hard_distill)/,
};

/** Plants every known mistake in an engine, wherever it has a place, and wants it found and named, and no other. */
export const plantEverything = (name: string, arithmetic: Arithmetic, ops: Ops<Tensor>): void => {
  const engine = tensorEngine({ name, arithmetic, ops, describe: name });
  it.each(MUTANTS.map((mutant) => [mutant.name, mutant] as const))('%s', async (planted, mutant) => {
    let named = 0;
    for (const op of placesOf(mutant)) {
      const { verdict, matches } = await checkOperation({ engine, cases: casesFor(op), seed: 1, plant: mutant }, op);
      if (matches.length > 0) named++;
      const silent = verdict !== 'fail' && UNSEEN[planted]?.test(op) === true;
      const vague = matches.length === 0 && UNNAMED[planted]?.test(op) === true;
      if (!silent && !vague) expect([op, verdict, matches]).toEqual([op, 'fail', [planted]]);
    }
    // Somewhere it shows: none of them is a mistake in name only. (Float64 overflows beyond e^709, which no case of these reaches.)
    if (!(planted === 'softmax-maximum-not-subtracted' && name === 'float64')) expect(named).toBeGreaterThan(0);
  });
};
