import { last, lastTwoSwapped, type Shaped } from '../tensor/shape.ts';
import type { Named, Ops } from './ops.ts';
import type { NamedName, OpName } from './signatures.ts';

/**
 * The named operations, as compositions of whatever `o` offers: the definition that every replacement must agree with. They look at
 * no argument themselves; `complete` makes them do so.
 *
 * @example
 * derive(reference).mean(tensor([1, 4], [1, 2, 3, 6])).data // [3]
 */
export const derive = <T extends Shaped>(o: Ops<T>): Named<T> => {
  const across = (x: T, row: T): T => o.repeatLast(last(x.shape), row);
  const swap = (x: T): T => o.permute(lastTwoSwapped(x.shape.length), x);
  return {
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
  };
};

/** What each named operation is made of: replace one of these, and what `derive` makes of it is another. */
export const INGREDIENTS: { readonly [K in NamedName]: readonly OpName[] } = {
  sub: ['add', 'scale'],
  mean: ['scale', 'sumLast'],
  softmax: ['unary', 'sub', 'repeatLast', 'maxLast', 'div', 'sumLast'],
  logSoftmax: ['unary', 'sub', 'repeatLast', 'maxLast', 'sumLast'],
  gelu: ['unary'],
  layerNorm: ['unary', 'sub', 'repeatLast', 'mean', 'shift', 'mul', 'add', 'repeatLeading'],
  linear: ['reshape', 'matmul', 'permute', 'add', 'repeatLeading'],
  attention: ['scale', 'matmul', 'permute', 'tag', 'softmax'],
};
