import { describe, expect, it } from 'vitest';
import { type Arithmetic, FLOAT32, FLOAT64 } from '../../../src/core/engine/arithmetic.ts';
import { tensorEngine } from '../../../src/core/engine/tensor-engine.ts';
import { reference } from '../../../src/core/interpret/reference.ts';
import { rounded } from '../../../src/core/interpret/rounded.ts';
import type { Ops } from '../../../src/core/language/ops.ts';
import type { Mutant } from '../../../src/core/oracle/mistake/mistake.ts';
import { MUTANTS } from '../../../src/core/oracle/mistake/mistakes.ts';
import type { Tensor } from '../../../src/core/tensor/tensor.ts';
import { CHECKED, checkOperation } from '../../../src/oracle/check/check.ts';

const engineOf = (name: string, arithmetic: Arithmetic, ops: Ops<Tensor>) => tensorEngine({ name, arithmetic, ops, describe: name });
const ENGINES = [
  { name: 'float64', engine: engineOf('float64', FLOAT64, reference) },
  { name: 'float32', engine: engineOf('float32', FLOAT32, rounded(reference, 'F32')) },
];

/** Where a mistake can be made: in its operations, and in their gradients. */
const placesOf = ({ at }: Mutant): readonly string[] => CHECKED.filter((op) => at.some((name) => name === op.replace(/\.vjp$/, '')));

/** Operations whose default cases do not show a mistake that can be made there, and why. A case that shows it must name it. */
const UNSEEN: Readonly<Record<string, RegExp>> = {
  // No linear layer of these cases is square.
  'linear-weight-not-transposed': /^(linear|mlp)/,
  'input-gradient-weight-transposed': /^(linear|mlp|patch_embed)/,
  // No scores of most cases are so large that they overflow; where they do not, nothing is wrong.
  'softmax-maximum-not-subtracted': /./,
  // Two divisors of which both are right where C is 1, and nothing to smooth in some cases.
  'teacher-label-smoothed': /^loss_gradient/,
  'smoothing-missing': /^(soft_distill|loss_gradient)/,
  'smoothing-over-other-classes': /^(soft_distill|loss_gradient)/,
};
/** Mistakes whose effect is that of rounding: they break a bound by little, and their own is as large as what it has to explain. */
const UNNAMED: Readonly<Record<string, RegExp>> = { 'softmax-maximum-not-subtracted': /^log_softmax|^cross_entropy|distill|^kl/ };

describe.each(ENGINES)('every known mistake is found and named, in $name', ({ engine }) => {
  it.each(MUTANTS.map((mutant) => [mutant.name, mutant] as const))('%s', async (name, mutant) => {
    const said: Record<string, readonly string[]> = {};
    for (const op of placesOf(mutant)) {
      const { verdict, matches } = await checkOperation({ engine, cases: 4, seed: 1, plant: mutant }, op);
      if (verdict === 'fail') said[op] = matches;
      else said[op] = [verdict];
    }
    const gradient = placesOf(mutant).filter((op) => /\.vjp$|^loss_gradient$/.test(op));
    const values = placesOf(mutant).filter((op) => !gradient.includes(op));
    const isOfGradients = values.every((op) => said[op][0] !== 'fail' && said[op][0] !== name) && /gradient/.test(name);
    for (const op of placesOf(mutant)) {
      const allowed: readonly (readonly string[])[] = [
        [name],
        ...(UNSEEN[name]?.test(op) === true || (isOfGradients && values.includes(op)) ? [['pass'], ['suspect']] : []),
        ...(UNNAMED[name]?.test(op) === true ? [[]] : []),
      ];
      expect(allowed, `${op} with ${name} is called ${JSON.stringify(said[op])}`).toContainEqual(said[op]);
    }
    // Somewhere it shows: none of them is a mistake in name only.
    expect(Object.values(said).some((matches) => matches[0] === name)).toBe(true);
  });
});
