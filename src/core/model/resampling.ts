import { isWhole } from '../tensor/shape.ts';
import { generate, ShapeError, type Tensor } from '../tensor/tensor.ts';
import { choiceProblem } from '../text/show-value.ts';

/**
 * How a position embedding is resampled to another grid:
 * - `facebook`: bicubic with a = −3/4, borders repeated, no antialiasing (facebookresearch/deit: main.py; Hugging Face);
 * - `timm-antialias`: bicubic with a = −1/2, its window clipped at the border, renormalised, and widened when the grid
 *   shrinks (timm ≥ 0.8: layers/pos_embed.py). It differs from the other even when the grid grows.
 */
export type Resampling = 'facebook' | 'timm-antialias';

/** Keys' cubic convolution kernel with parameter `a` at distance `x`. Source: Keys 1981 eq. 4. */
const cubic = (a: number, x: number): number => {
  const t = Math.abs(x);
  if (t < 1) return ((a + 2) * t - (a + 3)) * t * t + 1;
  return t < 2 ? ((a * t - 5 * a) * t + 8 * a) * t - 4 * a : 0;
};

/** Whether a number can be the rows or columns of a grid. */
export const isSide = (n: number): boolean => isWhole(n) && n > 0;

/** The slope of `cubic`, and what its terms add up to: what an error of `x` makes of the weight, and what computing it may. */
const cubicError = (a: number, x: number): { readonly slope: number; readonly terms: number } => {
  const t = Math.abs(x);
  if (t < 1) return { slope: Math.abs((3 * (a + 2) * t - 2 * (a + 3)) * t), terms: (Math.abs(a + 2) * t + Math.abs(a + 3)) * t * t + 1 };
  const b = Math.abs(a);
  // At 2 the kernel ends: beyond it an implementation may still see a little of it.
  return t < 2.5
    ? { slope: Math.abs((3 * a * t - 10 * a) * t + 8 * a), terms: ((b * t + 5 * b) * t + 8 * b) * t + 4 * b }
    : { slope: 0, terms: 0 };
};

/** Roundings on the way to a source coordinate, `((i + ½) · from / to − ½)` in any of its orders, and through the polynomial. */
const COORDINATE = 5;
const POLYNOMIAL = 7;

/** A weight, and how far one that is computed may be from it, in units of roundoff. */
interface Weight {
  readonly value: number;
  readonly units: number;
}
const NO_WEIGHT: Weight = { value: 0, units: 0 };

/** The kernel at a distance whose own error is `far` units; where that crosses a bend of the kernel, the steeper side counts. */
const tapWeight = (a: number, x: number, far: number): Weight => {
  const { slope, terms } = cubicError(a, x);
  return { value: cubic(a, x), units: Math.max(slope, 0.25) * far + POLYNOMIAL * terms };
};

/** The weights of a resampling, `(to, from)`, and how far weights that an implementation computes itself may be from them, in units of its roundoff. */
export interface ResamplingWeights {
  readonly values: Tensor;
  readonly units: Tensor;
}

const plainWeight = (from: number, to: number, i: number, j: number): Weight => {
  // The source, ((2i + 1) from − to) / 2to: above and below the line are whole numbers.
  const [above, below] = [(2 * i + 1) * from - to, 2 * to];
  const left = Math.floor(above / below);
  const far = COORDINATE * (Math.abs(above / below) + 1);
  let sum = NO_WEIGHT;
  for (let tap = left - 1; tap <= left + 2; tap++)
    if (Math.min(Math.max(tap, 0), from - 1) === j) {
      const { value, units } = tapWeight(-0.75, (above - tap * below) / below, far);
      sum = { value: sum.value + value, units: sum.units + units };
    }
  return sum;
};

const antialiasedWeight = (from: number, to: number, i: number, j: number): Weight => {
  // Centre and reach of the window, in parts of an input: (2i + 1) from and 4 max(from, to) of 2to each.
  const [centre, wide] = [(2 * i + 1) * from, Math.max(from, to)];
  const first = Math.max(Math.trunc((centre - 4 * wide + to) / (2 * to)), 0);
  const end = Math.min(Math.trunc((centre + 4 * wide + to) / (2 * to)), from);
  if (j < first || j >= end) return NO_WEIGHT;
  const far = (COORDINATE * (centre / (2 * to) + 1) * to) / wide;
  const tap = (x: number): Weight => tapWeight(-0.5, ((2 * x + 1) * to - centre) / (2 * wide), far);
  let [total, units] = [0, 0];
  for (let x = first; x < end; x++) {
    const one = tap(x);
    total += one.value;
    units += one.units;
  }
  const own = tap(j);
  const value = own.value / total;
  return { value, units: (own.units + Math.abs(value) * (units + (end - first) * total)) / total + Math.abs(value) };
};

/** `resamplingMatrix`, and how far each of its numbers may be missed. */
export const resamplingWeights = (variant: Resampling, from: number, to: number): ResamplingWeights => {
  if (!(isSide(from) && isSide(to)))
    throw new ShapeError('resamplingMatrix', `from ${from} to ${to} points: both must be whole numbers above 0`);
  const problem = choiceProblem('variant', ['facebook', 'timm-antialias'], variant);
  if (problem !== undefined) throw new ShapeError('resamplingMatrix', problem);
  const weight = variant === 'facebook' ? plainWeight : antialiasedWeight;
  const all = Array.from({ length: to * from }, (_, at) => weight(from, to, Math.floor(at / from), at % from));
  return { values: generate([to, from], (at) => all[at].value), units: generate([to, from], (at) => all[at].units) };
};

/**
 * Weights of input `j` in output `i` of a resampling from `from` to `to` points, as a matrix `(to, from)`. Where an output lies between inputs is a
 * fraction, formed exactly and rounded once.
 *
 * @throws ShapeError when `from` or `to` is not a whole number above 0, or the variant neither of the two.
 * @example
 * resamplingMatrix('timm-antialias', 2, 1).data // [0.5, 0.5]
 */
export const resamplingMatrix = (variant: Resampling, from: number, to: number): Tensor => resamplingWeights(variant, from, to).values;
