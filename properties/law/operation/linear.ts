import fc from 'fast-check';
import type { Ops } from '../../../src/core/language/ops.ts';
import { call, type OpName } from '../../../src/core/language/signatures.ts';
import type { Shaped } from '../../../src/core/tensor/shape.ts';
import { exactCallSpecs } from '../../call-spec.ts';
import { inOrder, numbered } from '../../formulas.ts';
import { drawTensor } from '../../tensor-spec.ts';
import { equation, type Law } from '../law.ts';

/** Operations linear in all their arguments together, and those linear in the first while the others stand still. */
const LINEAR: readonly OpName[] = ['add', 'sub', 'scale', 'permute', 'reshape', 'repeatLeading', 'sumLeading', 'repeatLast', 'sumLast', 'slice', 'pad', 'concat', 'tag']; // biome-ignore format: one line
const IN_FIRST: readonly OpName[] = ['mul', 'matmul', 'linear'];
const IN_SECOND: readonly OpName[] = ['mul', 'matmul', 'linear'];
const COEFFICIENTS = fc.tuple(fc.constantFrom(2, 1, -1, 3), fc.constantFrom(-3, 1, 2, -1));

const combine = <T extends Shaped>(o: Ops<T>, [c, d]: readonly [number, number], a: T, b: T): T => o.add(o.scale(c, a), o.scale(d, b));

const law = (op: OpName, which: readonly number[] | 'all'): Law => ({
  name: `linearity of ${op}${which === 'all' ? '' : ` in argument ${which.map((i) => i + 1).join()}`}`,
  statement: `${op}(c·x + d·y) = c·${op}(x) + d·${op}(y)`,
  exact: 'everywhere',
  claims: fc.tuple(exactCallSpecs(op), COEFFICIENTS).map(([{ attrs, args: all }, [c, d]]) => {
    const args = op === 'linear' ? all.slice(0, 2) : all;
    const moves = (i: number): boolean => which === 'all' || which.includes(i);
    const others = args.map((a) => ({ ...a, seed: a.seed + 1 }));
    const pick = <T>(xs: readonly T[], ys: readonly T[]): readonly T[] => xs.map((x, i) => (moves(i) ? ys[i] : x));
    const split = <T>(inputs: Readonly<Record<string, T>>) => {
      const all = inOrder(inputs);
      return { xs: all.slice(0, args.length), ys: all.slice(args.length) };
    };
    return equation({
      spec: { op, attrs, args, coefficients: [c, d] },
      inputs: numbered([...args, ...others].map(drawTensor)),
      left: (o, inputs) => {
        const { xs, ys } = split(inputs);
        return { y: call(o, op, attrs, pick(xs, xs.map((x, i) => combine(o, [c, d], x, ys[i])))) }; // biome-ignore format: one line
      },
      right: (o, inputs) => {
        const { xs, ys } = split(inputs);
        return { y: combine(o, [c, d], call(o, op, attrs, xs), call(o, op, attrs, pick(xs, ys))) };
      },
    });
  }),
});

/** Linear operations are linear, in each argument they are linear in. On small integers, so exactly, in every format. */
export const linearityLaws: readonly Law[] = [
  ...LINEAR.map((op) => law(op, 'all')),
  ...IN_FIRST.map((op) => law(op, [0])),
  ...IN_SECOND.map((op) => law(op, [1])),
];
