import type { Variable } from '../../../interpret/vjp.ts';
import type { Ops } from '../../../language/ops.ts';
import { last, lastTwoSwapped, type Shaped } from '../../../tensor/shape.ts';
import { inGradient, type Mutant, node, WITH } from '../mistake.ts';

const across = <T extends Shaped>(o: Ops<T>, a: T, row: T): T => o.repeatLast(last(a.shape), row);
const swap = <T extends Shaped>(o: Ops<T>, a: T): T => o.permute(lastTwoSwapped(a.shape.length), a);

/** The gradient of softmax, alone and in attention, from its value p and the upstream gradient. */
const softmax = (name: string, says: string, pull: <T extends Shaped>(o: Ops<T>, p: T, dp: T) => T): Mutant =>
  inGradient(name, says, ['softmax', ...WITH.attention], (o, d) => {
    const own: typeof d.softmax = (x) => {
      const p = o.softmax(x.value);
      return node(p, [x, (dp) => pull(o, p, dp)]);
    };
    return {
      softmax: own,
      attention: (scale, q, k, v) => d.matmul(d.tag('attn_probs', own(d.scale(scale, d.matmul(q, swap(d, k))))), v),
    };
  });

/** Attention whose products are differentiated by rules of one's own: scores from q and k, the result from shares and v. */
const attention = (
  name: string,
  says: string,
  scores: <T extends Shaped>(o: Ops<T>, d: Ops<Variable<T>>, scale: number, q: Variable<T>, k: Variable<T>) => Variable<T>,
  mixed: <T extends Shaped>(o: Ops<T>, d: Ops<Variable<T>>, p: Variable<T>, v: Variable<T>) => Variable<T> = (_, d, p, v) => d.matmul(p, v),
): Mutant =>
  inGradient(name, says, WITH.attention, (o, d) => ({
    attention: (scale, q, k, v) => mixed(o, d, d.tag('attn_probs', d.softmax(scores(o, d, scale, q, k))), v),
  }));
/** The right scores. */
const rightScores = <T extends Shaped>(_: Ops<T>, d: Ops<Variable<T>>, scale: number, q: Variable<T>, k: Variable<T>): Variable<T> =>
  d.scale(scale, d.matmul(q, swap(d, k)));

/** What people get wrong in the gradients of softmax and attention, whose values are right. */
export const ATTENTION_GRADIENT_MISTAKES: readonly Mutant[] = [
  softmax('softmax-gradient-no-row-sum', 'the gradient of softmax as p·dp, without the sum over the row', (o, p, dp) => o.mul(p, dp)),
  softmax('softmax-gradient-diagonal', 'the gradient of softmax as p(1 − p)·dp, that of a sigmoid', (o, p, dp) =>
    o.mul(o.mul(p, o.shift(1, o.scale(-1, p))), dp),
  ),
  softmax('softmax-gradient-mean', 'the gradient of softmax with the mean of p·dp in place of its sum', (o, p, dp) =>
    o.mul(p, o.sub(dp, across(o, p, o.mean(o.mul(dp, p))))),
  ),
  inGradient('log-softmax-gradient-no-row-sum', 'the gradient of log-softmax as dy − p, without the sum of dy', ['log_softmax'], (o) => ({
    logSoftmax: (x) => {
      const y = o.logSoftmax(x.value);
      return node(y, [x, (dy) => o.sub(dy, o.unary('exp', y))]);
    },
  })),
  attention('attention-gradient-no-scale', 'gradients of queries and keys without the scale of attention', (o, _, scale, q, k) =>
    node(
      o.scale(scale, o.matmul(q.value, swap(o, k.value))),
      [q, (ds) => o.matmul(ds, k.value)],
      [k, (ds) => o.matmul(swap(o, ds), q.value)],
    ),
  ),
  attention('attention-gradient-scale-twice', 'gradients of queries and keys with the scale of attention twice', (o, _, scale, q, k) =>
    node(
      o.scale(scale, o.matmul(q.value, swap(o, k.value))),
      [q, (ds) => o.scale(scale * scale, o.matmul(ds, k.value))],
      [k, (ds) => o.scale(scale * scale, o.matmul(swap(o, ds), q.value))],
    ),
  ),
  attention(
    'attention-gradient-keys-not-transposed',
    'the gradient of keys by the scores as they are, not transposed',
    (o, _, scale, q, k) =>
      node(
        o.scale(scale, o.matmul(q.value, swap(o, k.value))),
        [q, (ds) => o.scale(scale, o.matmul(ds, k.value))],
        [k, (ds) => o.scale(scale, o.matmul(ds, q.value))],
      ),
  ),
  attention(
    'attention-gradient-values-not-transposed',
    'the gradient of values by the shares as they are, not transposed',
    rightScores,
    (o, _, p, v) => node(o.matmul(p.value, v.value), [p, (dy) => o.matmul(dy, swap(o, v.value))], [v, (dy) => o.matmul(p.value, dy)]),
  ),
];
