import type { Ops, Unary } from '../../language/ops.ts';
import { call, type OpName } from '../../language/signatures.ts';
import { last, size } from '../../tensor/shape.ts';
import { generate, type Tensor } from '../../tensor/tensor.ts';
import { fits, type Roundings } from './roundings.ts';

/** The standard deviation of a number spread evenly over ±1, as the error of a rounding is over ±u: 1/√3. */
const EVEN = 0.5773502691896258;

/** The standard deviation of an error, over `EVEN`, at element i, whose value is y. */
type Spread = (i: number, y: number) => number;

/** For each sum, the share of its terms that are the very number before them. */
type Repeats = (i: number) => number;
const NO_REPEATS: Repeats = () => 0;

/**
 * A sum of n terms in an order that nobody knows: `u² (n Σ t² + n/3 (Σ t)²)`. The first part is for terms of both signs, whose partial sums wander as a
 * random walk does; the second for terms of one sign, whose partial sums grow evenly. Where the same number is added again and again, it is rounded
 * in the same direction again and again until the sum has one bit more: `u² n²/12 (Σ t)²`.
 */
const summing = (u: number, n: number, squares: Tensor, repeats: Repeats = NO_REPEATS): Spread => {
  const { data } = squares;
  return (i, y) => {
    const same = repeats(i);
    return u * Math.sqrt(n * data[i] + (((1 - same) * n) / 3 + (same * n * n) / 12) * y * y);
  };
};

/** The repeats among `n` terms of each sum, the terms of sum i at `start(i)` and every `step` from there. */
const repeated =
  ({ data }: Tensor, n: number, start: (i: number) => number, step: number): Repeats =>
  (i) => {
    let count = 0;
    for (let k = 1, at = start(i) + step; k < n; k++, at += step) if (data[at] === data[at - step]) count++;
    return n < 2 ? 0 : count / (n - 1);
  };

/** What a scalar function errs by at x, where it is y, in units of `u`, if it errs by `c` of them. */
const FUNCTIONS: { readonly [F in Unary]: (c: (x: number) => number, x: number, y: number) => number } = {
  exp: (c, x, y) => c(x) * Math.abs(y),
  expm1: (c, x, y) => c(x) * Math.abs(y),
  log: (c, _, y) => c(1) * Math.max(1, Math.abs(y)),
  log1p: (c, _, y) => c(1) * Math.max(1, Math.abs(y)),
  erf: (c, x, y) => c(x) * Math.abs(y),
  erfc: (c, x, y) => c(x) * Math.abs(y),
  // ½(1 + erf) and ½x(1 + erf) cancel in the negative tail.
  cdf: (c, x, y) => c(x) * (Math.abs(y) + 0.5),
  gelu: (c, x, y) => c(x) * (Math.abs(y) + Math.abs(x) / 2),
  sqrt: (c, _, y) => c(1) * Math.abs(y),
  rsqrt: (c, _, y) => c(1) * Math.abs(y),
};

/** The square of each product that an element of a matrix product sums. */
export const squaredTerms = (o: Ops<Tensor>, op: 'matmul' | 'linear', a: Tensor, b: Tensor): Tensor =>
  call(o, op, [], [o.mul(a, a), o.mul(b, b)]);

/** What is lost on the way to a result, before that is stored. */
const beforeStored = (r: Roundings, o: Ops<Tensor>, op: OpName, attrs: readonly unknown[], [a, b]: readonly Tensor[]): Spread => {
  const { u, elementary } = r;
  switch (op) {
    case 'div':
      return (_, y) => elementary(1) * u * Math.abs(y);
    // The factor, or the constant, is rounded itself.
    case 'scale':
      return fits(u, attrs[0] as number) ? () => 0 : (_, y) => u * Math.abs(y);
    case 'shift':
      return fits(u, attrs[0] as number) ? () => 0 : () => u * Math.abs(attrs[0] as number);
    case 'unary':
    case 'gelu': {
      const of = FUNCTIONS[op === 'gelu' ? op : (attrs[0] as Unary)];
      return (i, y) => u * of(elementary, a.data[i], y);
    }
    case 'sumLast':
      return summing(
        u,
        last(a.shape),
        o.sumLast(o.mul(a, a)),
        repeated(a, last(a.shape), (i) => i * last(a.shape), 1),
      );
    case 'sumLeading': {
      const shape = attrs[0] as readonly number[];
      const n = size(a.shape) / Math.max(1, size(shape));
      return summing(
        u,
        n,
        o.sumLeading(shape, o.mul(a, a)),
        repeated(a, n, (i) => i, size(shape)),
      );
    }
    case 'matmul':
    case 'linear':
      return summing(u, last(a.shape), squaredTerms(o, op, a, b));
    case 'constant': {
      const units = attrs[2] as ArrayLike<number> | undefined;
      return (i) => u * (units?.[i] ?? 0);
    }
    default:
      return () => 0;
  }
};

/** Operations that only move numbers, or choose one. */
const MOVES: ReadonlySet<OpName> = new Set<OpName>([
  'permute',
  'reshape',
  'repeatLeading',
  'repeatLast',
  'slice',
  'pad',
  'concat',
  'maxLast',
  'tag',
]);

/** Whether each result of an operation has all the bits that its arguments have. */
const isExactResult = (op: OpName, attrs: readonly unknown[], [a]: readonly Tensor[]): boolean => {
  if (MOVES.has(op)) return true;
  // A power of two changes the exponent alone, and 0 gives 0.
  if (op === 'scale') return fits(0.5, attrs[0] as number);
  if (op === 'sumLast') return last(a.shape) < 2;
  return op === 'sumLeading' && size(a.shape) === size(attrs[0] as readonly number[]);
};

/** What storing y may change it by. */
export const storing = ({ storage, tiny }: Roundings, y: number): number => storage * Math.abs(y) + tiny;

/**
 * The standard deviation of the rounding error of one operation, element by element, given its exact arguments and result; nothing where it rounds
 * nothing. Factors that are rounded before they are multiplied are not counted.
 */
export const roundingError = (
  r: Roundings,
  o: Ops<Tensor>,
  op: OpName,
  attrs: readonly unknown[],
  args: readonly Tensor[],
  result: Tensor,
): Tensor | undefined => {
  if (isExactResult(op, attrs, args)) return undefined;
  const before = beforeStored(r, o, op, attrs, args);
  const y = result.data;
  const stored = (i: number): number => (op === 'constant' && fits(r.storage, y[i]) ? 0 : storing(r, y[i]));
  return generate(result.shape, (i) => {
    const [lost, kept] = [before(i, y[i]), stored(i)];
    return EVEN * Math.sqrt(lost * lost + kept * kept);
  });
};
