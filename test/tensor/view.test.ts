import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { reference } from '../../src/core/interpret/reference.ts';
import { indexAt, type Shape, size } from '../../src/core/tensor/shape.ts';
import { generate, type Tensor, tensor } from '../../src/core/tensor/tensor.ts';
import {
  hasRepeats,
  isContiguous,
  isWholeView,
  joinAxes,
  permuteView,
  repeatLastView,
  repeatLeadingView,
  reshapeView,
  sliceView,
  type View,
  wholeView,
} from '../../src/core/tensor/view.ts';

/** A view, and the tensor that the reference makes by the same operations. */
interface Pair {
  readonly view: View;
  readonly want: Tensor;
}

/** The numbers of the buffer that a view shows, in row-major order. */
const shown = ({ shape, strides, offset }: View): readonly number[] =>
  Array.from({ length: size(shape) }, (_, i) => indexAt(shape, i).reduce((at, along, axis) => at + along * strides[axis], offset));

/** A buffer in which each number says where it is. */
const whole = (shape: Shape): Pair => ({ view: wholeView(shape), want: generate(shape, (i) => i) });

type Step = (p: Pair) => Pair;

const permute =
  (keys: readonly number[]): Step =>
  ({ view, want }) => {
    const perm = view.shape.map((_, axis) => axis).sort((a, b) => keys[a] - keys[b]);
    return { view: permuteView(perm, view), want: reference.permute(perm, want) };
  };
const slice =
  (choice: number, ends: readonly [number, number]): Step =>
  ({ view, want }) => {
    if (view.shape.length === 0) return { view, want };
    const axis = choice % view.shape.length;
    const [from, to] = ends.map((end) => end % (view.shape[axis] + 1)).sort((a, b) => a - b);
    return { view: sliceView(axis, from, to, view), want: reference.slice(axis, from, to, want) };
  };
const repeatLeading =
  (lengths: Shape): Step =>
  ({ view, want }) => {
    const shape = [...lengths, ...view.shape];
    return { view: repeatLeadingView(shape, view), want: reference.repeatLeading(shape, want) };
  };
const repeatLast =
  (n: number): Step =>
  ({ view, want }) => ({ view: repeatLastView(n, view), want: reference.repeatLast(n, want) });
/** Into a shape of as many elements, where none has to move. */
const reshape =
  (shapeFor: (count: number) => Shape): Step =>
  ({ view, want }) => {
    const shape = shapeFor(size(view.shape));
    const seen = reshapeView(shape, view);
    return seen === undefined ? { view, want } : { view: seen, want: reference.reshape(shape, want) };
  };

/** Shapes of a number of elements: its factors, in an order and in groups that `keys` decide, with axes of length 1 among them. */
const factored =
  (keys: readonly number[]) =>
  (count: number): Shape => {
    if (count === 0) return keys[0] < 0.5 ? [0] : [3, 0];
    const shape = [1];
    let rest = count;
    for (let p = 2, i = 0; rest > 1; i++) {
      while (rest % p !== 0) p++;
      rest /= p;
      if (keys[i % keys.length] < 0.5) shape.push(p);
      else shape[shape.length - 1] *= p;
    }
    return keys[1] < 0.5 ? shape : shape.slice(shape[0] === 1 ? 1 : 0);
  };

const KEYS = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 8, maxLength: 8 });
const STEPS: fc.Arbitrary<Step> = fc.oneof(
  KEYS.map(permute),
  fc.tuple(fc.nat(7), fc.tuple(fc.nat(9), fc.nat(9))).map(([axis, ends]) => slice(axis, ends)),
  fc.array(fc.integer({ min: 1, max: 2 }), { maxLength: 2 }).map(repeatLeading),
  fc.integer({ min: 1, max: 3 }).map(repeatLast),
  KEYS.map((keys) => reshape(factored(keys))),
);
const PAIRS = fc
  .tuple(fc.array(fc.integer({ min: 1, max: 4 }), { maxLength: 4 }), fc.array(STEPS, { maxLength: 4 }))
  .map(([shape, steps]) => steps.reduce((pair, step) => step(pair), whole(shape)))
  .filter(({ want }) => want.shape.length <= 8 && want.data.length <= 600);
const holds = (law: (pair: Pair) => void): void => fc.assert(fc.property(PAIRS, law), { numRuns: 500 });

describe('a view', () => {
  it('shows what the reference computes, after permuting, slicing, repeating and reshaping', () =>
    holds(({ view, want }) => {
      expect(tensor(view.shape, shown(view))).toEqual(want);
    }));

  it('is reshaped exactly where some strides give the same elements in the same order', () =>
    fc.assert(
      fc.property(PAIRS, KEYS, ({ view }, keys) => {
        const all = shown(view);
        const shape = factored(keys)(all.length);
        const first = (axis: number): number => shape.slice(axis + 1).reduce((n, m) => n * m, 1);
        const strides = shape.map((n, axis) => (n > 1 && all.length > 0 ? all[first(axis)] - all[0] : 0));
        const would = shown({ shape, strides, offset: all[0] ?? 0 });
        const seen = reshapeView(shape, view);
        expect(seen !== undefined).toBe(would.every((at, i) => at === all[i]));
        if (seen !== undefined) expect([seen.shape, shown(seen)]).toEqual([shape, all]);
      }),
      { numRuns: 500 },
    ));

  it('is contiguous where each element follows the one before, and whole where they are all of the buffer', () =>
    holds(({ view }) => {
      const all = shown(view);
      expect(isContiguous(view)).toBe(all.every((at, i) => at === all[0] + i));
      if (all.length > 0) expect(isWholeView(view, all.length)).toBe(all.every((at, i) => at === i));
      expect(isWholeView(view, all.length + 1)).toBe(false);
    }));

  it('repeats where it shows a number twice', () =>
    holds(({ view }) => {
      const all = shown(view);
      expect(hasRepeats(view)).toBe(new Set(all).size < all.length);
    }));

  it('has the same elements in the same order along its joined axes, which are as few as can be', () =>
    holds(({ view }) => {
      const joined = joinAxes(view.shape, [view.strides]);
      const shape = joined.map(({ length }) => length);
      const strides = joined.map(({ steps: [step] }) => step);
      expect(shown({ shape, strides, offset: view.offset })).toEqual(shown(view));
      expect(shape).not.toContain(1);
      expect(joined.slice(1).some(({ length, steps: [step] }, i) => joined[i].steps[0] === step * length)).toBe(false);
    }));

  it('keeps what else it has, as the buffer that it is of', () => {
    const view = { ...wholeView([2, 3]), buffer: 7 };
    const made = [
      permuteView([1, 0], view),
      sliceView(1, 0, 2, view),
      repeatLeadingView([2, 2, 3], view),
      repeatLastView(2, view),
      reshapeView([6], view),
      reshapeView([2, 1, 2], sliceView(1, 0, 2, view)),
    ];
    expect(made.map((v) => v?.buffer)).toEqual([7, 7, 7, 7, 7, 7]);
  });
});

describe('axes of several operands', () => {
  it('are joined only where one step leads through both in all of them', () => {
    const [a, b] = [wholeView([2, 3, 4]), permuteView([0, 2, 1], wholeView([2, 4, 3]))];
    expect(joinAxes([2, 3, 4], [a.strides, a.strides])).toEqual([{ length: 24, steps: [1, 1] }]);
    expect(joinAxes([2, 3, 4], [a.strides, b.strides])).toEqual([
      { length: 2, steps: [12, 12] },
      { length: 3, steps: [4, 1] },
      { length: 4, steps: [1, 3] },
    ]);
  });
});
