import type { Ops } from '../../../language/ops.ts';
import { last, lastTwoSwapped, type Shaped, size } from '../../../tensor/shape.ts';
import { inGradient, type Mutant, node, WITH } from '../mistake.ts';

const swap = <T extends Shaped>(o: Ops<T>, a: T): T => o.permute(lastTwoSwapped(a.shape.length), a);
const flat = <T extends Shaped>(o: Ops<T>, a: T): T => o.reshape([size(a.shape.slice(0, -1)), last(a.shape)], a);
/** Divided by how many rows were summed. */
const overRows = <T extends Shaped>(o: Ops<T>, sum: T, { shape }: Shaped): T => o.scale(1 / size(shape.slice(0, -1)), sum);

interface LinearRules {
  readonly x?: <T extends Shaped>(o: Ops<T>, dy: T, w: T) => T;
  readonly w?: <T extends Shaped>(o: Ops<T>, dy: T, x: T) => T;
  readonly b?: <T extends Shaped>(o: Ops<T>, dy: T, sum: T) => T;
}
const products = <T extends Shaped>(o: Ops<T>, dy: T, x: T): T => o.matmul(swap(o, flat(o, dy)), flat(o, x));

/** The gradients of a linear layer by rules of one's own. */
const linear = (name: string, says: string, wrong: LinearRules): Mutant => {
  const rules: Required<LinearRules> = { x: (o, dy, w) => o.matmul(flat(o, dy), w), w: products, b: (_, __, sum) => sum, ...wrong };
  return inGradient(name, says, [...WITH.linear, 'patch_embed'], (o) => ({
    linear: (x, w, b) => {
      const ofInput = [x, (dy: typeof x.value) => o.reshape(x.shape, rules.x(o, dy, w.value))] as const;
      const ofWeight = [w, (dy: typeof x.value) => rules.w(o, dy, x.value)] as const;
      if (b === undefined) return node(o.linear(x.value, w.value), ofInput, ofWeight);
      return node(o.linear(x.value, w.value, b.value), ofInput, ofWeight, [b, (dy) => rules.b(o, dy, o.sumLeading(b.shape, dy))]);
    },
  }));
};

/**
 * The gradient of what is repeated for every image of the batch. Only special tokens `(1, D)` and position embeddings `(N, D)` are two-dimensional
 * where they are repeated.
 */
const repeated = (name: string, says: string, tokens: boolean, share: <T extends Shaped>(o: Ops<T>, dy: T) => T): Mutant =>
  inGradient(name, says, ['loss_gradient'], (o, d) => ({
    repeatLeading: (shape, a) => {
      if (a.shape.length !== 2 || shape.length !== 3 || (a.shape[0] === 1) !== tokens) return d.repeatLeading(shape, a);
      return node(o.repeatLeading(shape, a.value), [a, (dy) => o.reshape(a.shape, share(o, dy))]);
    },
  }));
const averaged = <T extends Shaped>(o: Ops<T>, dy: T): T => o.scale(1 / dy.shape[0], o.sumLeading(dy.shape.slice(1), dy));
const ofFirst = <T extends Shaped>(o: Ops<T>, dy: T): T => o.slice(0, 0, 1, dy);

/** What people get wrong in gradients that are sums over rows or images: of linear layers, special tokens and positions. */
export const SUM_GRADIENT_MISTAKES: readonly Mutant[] = [
  linear('bias-gradient-averaged', 'gradients of biases averaged over the rows in place of summed', {
    b: (o, dy, sum) => overRows(o, sum, dy),
  }),
  linear('bias-gradient-averaged-over-batch', 'gradients of biases divided by the size of the batch', {
    b: (o, dy, sum) => o.scale(1 / dy.shape[0], sum),
  }),
  linear('weight-gradient-averaged', 'gradients of weights averaged over the rows in place of summed', {
    w: (o, dy, x) => overRows(o, products(o, dy, x), dy),
  }),
  linear('weight-gradient-averaged-over-batch', 'gradients of weights divided by the size of the batch', {
    w: (o, dy, x) => o.scale(1 / dy.shape[0], products(o, dy, x)),
  }),
  linear('input-gradient-weight-transposed', 'gradients of inputs by square weights the wrong way round', {
    x: (o, dy, w) => o.matmul(flat(o, dy), w.shape[0] === w.shape[1] ? swap(o, w) : w),
  }),
  repeated(
    'position-gradient-averaged',
    'the gradient of the position embedding averaged over the batch in place of summed',
    false,
    averaged,
  ),
  repeated(
    'position-gradient-of-first-image',
    'the gradient of the position embedding from the first image of the batch alone',
    false,
    ofFirst,
  ),
  repeated('token-gradient-averaged', 'gradients of the special tokens averaged over the batch in place of summed', true, averaged),
  repeated(
    'token-gradient-of-first-image',
    'gradients of the special tokens counted once a batch: from its first image alone',
    true,
    ofFirst,
  ),
];
