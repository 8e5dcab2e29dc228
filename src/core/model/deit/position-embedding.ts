import type { Ops } from '../../language/ops.ts';
import { isWhole, type Shape, type Shaped, showShape } from '../../tensor/shape.ts';
import { generate, ShapeError, type Tensor } from '../../tensor/tensor.ts';
import { choiceProblem } from '../../text/show-value.ts';

/**
 * How a position embedding is resampled to another grid:
 * - `facebook`: bicubic with a = −3/4, borders repeated, no antialiasing (facebookresearch/deit: main.py; Hugging Face);
 * - `timm-antialias`: bicubic with a = −1/2, its window clipped at the border, renormalised, and widened when the grid
 *   shrinks (timm ≥ 0.8: layers/pos_embed.py). It differs from the other even when the grid grows.
 */
export type Resampling = 'facebook' | 'timm-antialias';

/** Keys' cubic convolution kernel with parameter `a` at distance `x`. Source: Keys 1981 eq. 4. */
export const cubic = (a: number, x: number): number => {
  const t = Math.abs(x);
  if (t < 1) return ((a + 2) * t - (a + 3)) * t * t + 1;
  return t < 2 ? ((a * t - 5 * a) * t + 8 * a) * t - 4 * a : 0;
};

const isSide = (n: number): boolean => isWhole(n) && n > 0;

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

/**
 * Weights of input `j` in output `i` of a resampling from `from` to `to` points, as a matrix `(to, from)`. Where an output lies between inputs is a
 * fraction, formed exactly and rounded once.
 *
 * @throws ShapeError when `from` or `to` is not a whole number above 0, or the variant neither of the two.
 * @example
 * resamplingMatrix('timm-antialias', 2, 1).data // [0.5, 0.5]
 */
export const resamplingMatrix = (variant: Resampling, from: number, to: number): Tensor =>
  part('value', weights(variant, from, to), from, to);

/** The same, with how far weights that an implementation computes itself may be from these, in units of its roundoff. */
const weights = (variant: Resampling, from: number, to: number): readonly Weight[] => {
  if (!(isSide(from) && isSide(to)))
    throw new ShapeError('resamplingMatrix', `from ${from} to ${to} points: both must be whole numbers above 0`);
  const problem = choiceProblem('variant', ['facebook', 'timm-antialias'], variant);
  if (problem !== undefined) throw new ShapeError('resamplingMatrix', problem);
  const weight = variant === 'facebook' ? plainWeight : antialiasedWeight;
  return Array.from({ length: to * from }, (_, at) => weight(from, to, Math.floor(at / from), at % from));
};
const part = (of: keyof Weight, all: readonly Weight[], from: number, to: number): Tensor => generate([to, from], (at) => all[at][of]);

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

/** Where a position embedding comes from and goes to; grids are (rows, columns). */
export interface Regrid {
  readonly from: readonly [number, number];
  readonly to: readonly [number, number];
  /** Special tokens in front, which are copied. */
  readonly prefix: number;
  readonly variant: Resampling;
}

/** What is wrong with a change of grid, and with an embedding for it, in one sentence each. */
const regridProblems = ({ from, to, prefix }: Regrid, shape: Shape): readonly string[] => {
  const [h, w] = from;
  const fits = shape.length === 3 && shape[0] === 1 && shape[1] === prefix + h * w;
  return [
    ...[from, to].filter((grid) => !grid.every(isSide)).map((grid) => `grid ${showShape(grid)} is not two whole numbers above 0`),
    ...(isWhole(prefix) ? [] : [`prefix ${prefix} is not a whole number`]),
    ...(fits ? [] : [`${showShape(shape)} is not (1, ${prefix} + ${h}·${w}, D)`]),
  ];
};

/**
 * A position embedding for another grid of patches: `(1, prefix + h·w, D) → (1, prefix + h'·w', D)`. It is linear, one
 * matrix for the rows and one for the columns, so its gradient is that of a matrix product.
 *
 * @throws ShapeError when the embedding does not have `prefix + h·w` tokens, or a grid is not of whole numbers above 0.
 * @example
 * resizePositions(reference)({ from: [1, 1], to: [2, 1], prefix: 0, variant: 'facebook' }, tensor([1, 1, 1], [5])).data[1] // 5
 */
export const resizePositions =
  <T extends Shaped>(o: Ops<T>) =>
  (regrid: Regrid, embedding: T): T => {
    const { from: [h, w], to: [h2, w2], prefix, variant } = regrid; // biome-ignore format: one line
    const [, count, dim = 1] = embedding.shape;
    const messages = regridProblems(regrid, embedding.shape);
    if (messages.length > 0) {
      const shape = [1, prefix + h2 * w2, dim];
      return o.refuse({ operation: 'resizePositions', messages, shape, guess: true }, embedding);
    }
    const matrix = (from: number, to: number): T => {
      const all = weights(variant, from, to);
      return o.constant([to, from], part('value', all, from, to).data, part('units', all, from, to).data);
    };
    const grid = o.reshape([h, w * dim], o.slice(1, prefix, count, embedding));
    const tall = o.permute([1, 0, 2], o.reshape([h2, w, dim], o.matmul(matrix(h, h2), grid)));
    const wide = o.reshape([w2, h2, dim], o.matmul(matrix(w, w2), o.reshape([w, h2 * dim], tall)));
    return o.concat(1, o.slice(1, 0, prefix, embedding), o.reshape([1, h2 * w2, dim], o.permute([1, 0, 2], wide)));
  };
