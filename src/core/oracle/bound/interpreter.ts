import type { Arithmetic } from '../../engine/arithmetic.ts';
import { complete, unchecked } from '../../language/interpreter.ts';
import type { Ops } from '../../language/ops.ts';
import { refuseReplaced } from '../../language/replaced.ts';
import { last, lastTwoSwapped, size } from '../../tensor/shape.ts';
import { generate, type Tensor } from '../../tensor/tensor.ts';
import { type Bounded, exact, furthest, isExact, magnitude, reach, roundedResult, withError } from './bounded.ts';
import { roundoff } from './roundoff.ts';
import { boundedLayerNorm, boundedLogSoftmax, boundedSoftmax } from './rows.ts';
import { boundedUnary } from './unary.ts';
import { areWhole, lossless } from './whole.ts';

/** What a tag does to the value that passes it. */
export type OnTag = (name: string, a: Bounded) => Bounded;

/**
 * The interpreter of values with proved error bounds: each tensor carries the reference's float64 value and, for each
 * element, how far from it the result of any honest implementation in `arithmetic` may be: any order of summation,
 * blocked or split, with or without fused multiply-add. Running a program in it gives the program's bound, and running
 * `vjp(bounded(…))` that of its gradients.
 *
 * Each rule is `E(out) = what the errors of the inputs become + the rounding of this operation`. Products of sums use
 * `γ(n) = nu/(1 − nu)`; softmax, log-softmax, LayerNorm, GELU, linear and attention have bounds of their own, sharper
 * than those of the primitives they are made of. Sums and products of whole numbers that the format holds have no error. Nothing is proved (the error is `Infinity`) where the format may overflow, and of what follows from it.
 *
 * `onTag` sees (and may replace) each tagged value under its full name.
 *
 * @throws RangeError when the base has replaced an operation: the bounds are those of the operations as they are defined.
 * @example
 * const sum = bounded(FLOAT32, reference).add(exact(tensor([1], [0.5])), exact(tensor([1], [2])));
 * [sum.value.data[0], sum.error.data[0]] // ≈ [2.5, 1.490116e-7]
 */
export const bounded = (arithmetic: Arithmetic, of: Ops<Tensor>, onTag: OnTag = (_name, a) => a, prefix = ''): Ops<Bounded> => {
  refuseReplaced('bounded', of, 'nothing is proved of');
  const base = unchecked(of);
  const r = roundoff(arithmetic);
  const moved = (move: (t: Tensor) => Tensor, a: Bounded): Bounded => {
    const value = move(a.value);
    return { shape: value.shape, value, error: move(a.error) };
  };
  /** A sum of `n` terms: γ(n − 1) of their magnitudes. */
  const summed = (n: number, sum: (t: Tensor) => Tensor, a: Bounded): Bounded => {
    const p = sum(a.error).data;
    const terms = sum(reach(a)).data;
    const found = withError(
      r,
      sum(a.value),
      (i) => p[i] + r.gamma(Math.max(0, n - 1)) * terms[i] + (n > 1 ? n * r.tiny : 0),
      (i) => terms[i],
    );
    return areWhole(a) ? lossless(r, found, (i) => terms[i]) : found;
  };
  /** `|a|E(b) + E(a)|b| + E(a)E(b)` and `(|a| + E(a))(|b| + E(b))`, for a product of any kind. */
  const product = (times: (a: Tensor, b: Tensor) => Tensor, a: Bounded, b: Bounded) => {
    const terms = times(reach(a), reach(b)).data;
    if (isExact(a) && isExact(b)) return { terms, spread: () => 0 };
    const left = isExact(b) ? undefined : times(magnitude(a.value), b.error).data;
    const right = isExact(a) ? undefined : times(a.error, reach(b)).data;
    return { terms, spread: (i: number) => (left?.[i] ?? 0) + (right?.[i] ?? 0) };
  };
  /** What a factor of a matrix product loses where factors are rounded first, unless all its numbers fit as they are. */
  const roundedFirst = (a: Bounded): number => (r.factor === 0 || (isExact(a) && fitsAll(r.factor, a.value)) ? 0 : r.factor);
  /** Sums of `k` products with `extra` roundings more, times a factor, plus a bias. */
  const dot = (
    k: number,
    extra: number,
    value: Tensor,
    times: (a: Tensor, b: Tensor) => Tensor,
    a: Bounded,
    b: Bounded,
    { bias, factor = 1 }: { readonly bias?: Bounded; readonly factor?: number } = {},
  ) => {
    const { terms, spread } = product(times, a, b);
    const [ra, rb] = [roundedFirst(a), roundedFirst(b)];
    const factors = ra + rb + ra * rb;
    const n = bias === undefined ? 1 : size(bias.shape);
    const most = Math.max(1, factor);
    // A factor beyond 1 may multiply a or b before they meet.
    const early = factor > 1 ? factor * Math.max(furthest(a), furthest(b)) : 0;
    const added = (i: number): number => (bias === undefined ? 0 : Math.abs(bias.value.data[i % n]) + bias.error.data[i % n]);
    const found = withError(
      r,
      value,
      (i) => {
        const p = factor * (spread(i) + factors * terms[i]) + (bias?.error.data[i % n] ?? 0);
        return p + r.gamma(k + extra) * (factor * (1 + factors) * terms[i] + added(i)) + 2 * (k + extra) * r.tiny * most;
      },
      (i) => Math.max(most * terms[i] + added(i), early),
    );
    const whole = factors === 0 && isPowerOfTwo(factor) && [a, b, ...(bias === undefined ? [] : [bias])].every(areWhole);
    return whole ? lossless(r, found, (i) => terms[i] + added(i)) : found;
  };
  const ofTwo = (a: Bounded, b: Bounded, found: Bounded): Bounded =>
    areWhole(a) && areWhole(b) ? lossless(r, found, (i) => Math.abs(found.value.data[i])) : found;
  const swap = (a: Tensor): Tensor => base.permute(lastTwoSwapped(a.shape.length), a);
  /** Devices divide less accurately than they multiply. */
  const divide = r.elementary(1, 0) + r.u;

  return complete<Bounded>(
    {
      constant: (shape, data, units) =>
        withError(r, base.constant(shape, data), (i, y) => (isPowerOfTwo(y) ? 0 : r.u * Math.abs(y)) + r.lost(y) + r.u * (units?.[i] ?? 0)),
      add: (a, b) =>
        ofTwo(
          a,
          b,
          roundedResult(r, base.add(a.value, b.value), 1, (i) => a.error.data[i] + b.error.data[i]),
        ),
      mul: (a, b) => ofTwo(a, b, roundedResult(r, base.mul(a.value, b.value), 1, product(base.mul, a, b).spread)),
      // |â/b̂ − a/b| ≤ (E(a) + |a/b| E(b)) / (|b| − E(b)).
      div: (a, b) => {
        const room = (i: number): number => Math.abs(b.value.data[i]) - b.error.data[i];
        return withError(
          r,
          base.div(a.value, b.value),
          (i, q) => {
            const p = (a.error.data[i] + Math.abs(q) * b.error.data[i]) / room(i);
            return room(i) > 0 ? p + divide * (Math.abs(q) + p) + r.tiny : Number.POSITIVE_INFINITY;
          },
          // Some multiply by the reciprocal.
          (i) => 1 / room(i),
        );
      },
      // The factor is rounded too, unless it is a power of two, which rounds nothing.
      scale: (c, a) => {
        const lost = r.lost(c);
        const propagated = (i: number): number =>
          Math.abs(c) * a.error.data[i] + (lost === 0 ? 0 : lost * (Math.abs(a.value.data[i]) + a.error.data[i]));
        return roundedResult(r, base.scale(c, a.value), isPowerOfTwo(c) ? 0 : 2, propagated);
      },
      // Where a tiny c is lost the sum is what a was: one of the two is flushed, not both.
      shift: (c, a) => roundedResult(r, base.shift(c, a.value), 1, (i) => a.error.data[i] + r.u * Math.abs(c)),
      unary: (f, a) => boundedUnary(r, base, f, a),
      matmul: (a, b) => dot(last(a.shape), 0, base.matmul(a.value, b.value), base.matmul, a, b),
      permute: (perm, a) => moved((t) => base.permute(perm, t), a),
      reshape: (shape, a) => moved((t) => base.reshape(shape, t), a),
      repeatLeading: (shape, a) => moved((t) => base.repeatLeading(shape, t), a),
      sumLeading: (shape, a) => summed(size(a.shape) / size(shape), (t) => base.sumLeading(shape, t), a),
      repeatLast: (n, a) => moved((t) => base.repeatLast(n, t), a),
      sumLast: (a) => summed(last(a.shape), base.sumLast, a),
      slice: (axis, from, to, a) => moved((t) => base.slice(axis, from, to, t), a),
      pad: (axis, from, length, a) => moved((t) => base.pad(axis, from, length, t), a),
      concat: (axis, ...parts) => {
        const value = base.concat(axis, ...parts.map((part) => part.value));
        return { shape: value.shape, value, error: base.concat(axis, ...parts.map((part) => part.error)) };
      },
      // The maximum moves by no more than the element that moves most.
      maxLast: (a) => moved(base.maxLast, a),
      tag: (name, a) => onTag(prefix + name, a),
    },
    (o) => ({
      softmax: (x) => boundedSoftmax(r, base, x),
      logSoftmax: (x) => boundedLogSoftmax(r, base, x),
      layerNorm: (eps, x, gain, bias) => boundedLayerNorm(r, base, eps, x, gain, bias),
      linear: (x, w, b) => {
        const value = base.linear(x.value, w.value, b?.value);
        return dot(last(x.shape), 1, value, (s, t) => base.linear(s, t), x, w, b === undefined ? {} : { bias: b });
      },
      // The scale may multiply q, k or the scores, before or after the sum. Of one that has not all of its bits nothing is proved.
      attention: (scale, q, k, v) => {
        const value = base.scale(scale, base.matmul(q.value, swap(k.value)));
        const times = (s: Tensor, t: Tensor): Tensor => base.matmul(s, swap(t));
        const extra = r.lost(scale) === 0 ? 3 : Number.POSITIVE_INFINITY;
        const scores = dot(last(q.shape), extra, value, times, q, k, { factor: Math.abs(scale) });
        return o.matmul(o.tag('attn_probs', o.softmax(scores)), v);
      },
    }),
    { within: (name) => bounded(arithmetic, of.within(name), onTag, `${prefix}${name}.`) },
  );
};

/** Whether multiplying by `c` only changes the exponent. */
const isPowerOfTwo = (c: number): boolean => {
  let m = Math.abs(c);
  if (!(m > 0 && m < Number.POSITIVE_INFINITY)) return m === 0;
  while (m >= 2) m /= 2;
  while (m < 1) m *= 2;
  return m === 1;
};

/** Veltkamp's splitting: the leading bits of y, which are y itself where it fits into numbers of unit roundoff `u`. */
const leading = (u: number): ((y: number) => number) => {
  const split = u / 1.1102230246251565e-16 + 1;
  return (y) => split * y - (split * y - y);
};
/** Whether all numbers of a tensor have no more bits than those of unit roundoff `u`. */
export const fitsAll = (u: number, { data }: Tensor): boolean => {
  const of = leading(u);
  for (let i = 0; i < data.length; i++) if (of(data[i]) !== data[i]) return false;
  return true;
};

/** A tensor rounded to numbers of unit roundoff `u`, of any exponent. */
export const roundedTo = (u: number, { shape, data }: Tensor): Tensor => {
  const of = leading(u);
  return generate(shape, (i) => of(data[i]));
};

/**
 * A value as an engine stores it: rounded once on the way in, unless its numbers fit as they are, and flushed where they are too small.
 *
 * @example
 * Array.from(stored(FLOAT32, tensor([2], [0.5, 0.1])).error.data, (error) => error > 0) // [false, true]
 */
export const stored = (arithmetic: Arithmetic, value: Tensor): Bounded => {
  const r = roundoff({ ...arithmetic, storage: 0 });
  const u = Math.max(arithmetic.u, arithmetic.storage ?? 0);
  const of = leading(u);
  return withError(r, value, (_, y) => (of(y) === y ? 0 : Math.max(u, r.u) * Math.abs(y)) + r.lost(y));
};
export { type Bounded, exact };
