import { last, lastTwoSwapped, type Shaped } from '../tensor/shape.ts';
import { ShapeError } from '../tensor/tensor.ts';
import { checked } from './checked.ts';
import type { Named, Ops, Refusal } from './ops.ts';
import type { PrimitiveName } from './signatures.ts';

/**
 * The named operations, as compositions of whatever `o` offers. The definition that every replacement must agree with.
 * What does not fit, `o` refuses by the name of the operation.
 *
 * @example
 * derive(reference).mean(tensor([1, 4], [1, 2, 3, 6])).data // [3]
 */
export const derive = <T extends Shaped>(o: Ops<T>): Named<T> => {
  const across = (x: T, row: T): T => o.repeatLast(last(x.shape), row);
  const swap = (x: T): T => o.permute(lastTwoSwapped(x.shape.length), x);
  return checked<T, Named<T>>(o, {
    sub: (a, b) => o.add(a, o.scale(-1, b)),
    mean: (a) => o.scale(1 / last(a.shape), o.sumLast(a)),
    softmax: (x) => {
      const e = o.unary('exp', o.sub(x, across(x, o.maxLast(x))));
      return o.div(e, across(x, o.sumLast(e)));
    },
    logSoftmax: (x) => {
      const shifted = o.sub(x, across(x, o.maxLast(x)));
      return o.sub(shifted, across(x, o.unary('log', o.sumLast(o.unary('exp', shifted)))));
    },
    gelu: (x) => o.unary('gelu', x),
    layerNorm: (eps, x, gain, bias) => {
      const centred = o.sub(x, across(x, o.mean(x)));
      const rstd = o.unary('rsqrt', o.shift(eps, o.mean(o.mul(centred, centred))));
      const normal = o.mul(centred, across(x, rstd));
      return o.add(o.mul(normal, o.repeatLeading(x.shape, gain)), o.repeatLeading(x.shape, bias));
    },
    linear: (x, w, b) => {
      const flat = o.reshape([x.shape.slice(0, -1).reduce((n, axis) => n * axis, 1), last(x.shape)], x);
      const y = o.reshape([...x.shape.slice(0, -1), w.shape[0] as number], o.matmul(flat, swap(w)));
      return b === undefined ? y : o.add(y, o.repeatLeading(y.shape, b));
    },
    attention: (scale, q, k, v) => {
      const scores = o.scale(scale, o.matmul(q, swap(k)));
      return o.matmul(o.tag('attn_probs', o.softmax(scores)), v);
    },
  });
};

type Optional = 'tag' | 'within' | 'refuse';
type Base<T extends Shaped> = Pick<Ops<T>, Exclude<PrimitiveName, Optional>> & Partial<Pick<Ops<T>, Optional>>;
const thrown = ({ operation, messages }: Refusal): never => {
  throw new ShapeError(operation, messages.join('; '));
};

/**
 * A whole interpreter from its primitives: named operations are derived, save those in `own`. A derived operation uses
 * the interpreter's own ones inside (attention its softmax), so replacing one is felt everywhere.
 *
 * @example
 * const doubling = complete({ ...reference, add: (a, b) => reference.scale(2, reference.add(a, b)) });
 * doubling.sub(tensor([1], [3]), tensor([1], [1])).data[0] // 4
 */
export const complete = <T extends Shaped>(primitives: Base<T>, own: Partial<Named<T>> = {}): Ops<T> => {
  const { refuse = thrown } = primitives;
  const o = { ...checked<T, Pick<Ops<T>, 'tag'>>({ refuse }, { tag: (_name, a) => a }), within: () => o, refuse, ...primitives } as Ops<T>;
  return Object.assign(o, derive(o), own);
};
