import fc from 'fast-check';
import { call, type OpName } from '../../../src/core/language/signatures.ts';
import { callSpecs } from '../../call-spec.ts';
import { inOrder, numbered } from '../../formulas.ts';
import { drawTensor, TENSOR_FAMILIES, type TensorFamily, tensorSpecs } from '../../tensor-spec.ts';
import { equation, type Law } from '../law.ts';

/** Operations that treat each sample of a batch alike, and how many of their tensors have a batch axis. */
const BATCHED: { readonly [K in OpName]?: number } = {
  unary: 1,
  matmul: 2,
  sumLast: 1,
  mean: 1,
  maxLast: 1,
  softmax: 1,
  logSoftmax: 1,
  gelu: 1,
  layerNorm: 1,
  linear: 1,
  attention: 3,
};
/** Of a batch: one that no other axis has, or a kernel may take that axis for it. */
const LENGTHS = [2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12];
const ROWS: readonly TensorFamily[] = ['plain', 'integers', 'full', 'peaked', 'small-variance'];

const law = (op: OpName, batched: number): Law => ({
  name: `batch independence of ${op}`,
  statement: `${op}(x)[b] = ${op}(x[b]): a sample's result does not depend on its neighbours`,
  exact: 'reference',
  claims: fc.tuple(callSpecs(op, op === 'unary' ? TENSOR_FAMILIES : ROWS), fc.nat(1)).chain(([{ attrs, args }, nth]) => {
    const used = args.flatMap(({ shape }) => shape);
    const batch = LENGTHS.filter((n) => !used.includes(n))[nth];
    const families: readonly TensorFamily[] = op === 'unary' ? [args[0].family] : ROWS;
    const widened = args.map((a, i) => (i < batched ? tensorSpecs([batch, ...a.shape], families) : fc.constant(a)));
    return fc.tuple(...widened).map((all) =>
      equation({
        spec: { op, attrs, args: all },
        inputs: numbered(all.map(drawTensor)),
        left: (o, inputs) => ({ y: call(o, op, attrs, inOrder(inputs)) }),
        right: (o, inputs) => {
          const sample = (b: number) =>
            inOrder(inputs).map((x, i) => (i < batched ? o.reshape(x.shape.slice(1), o.slice(0, b, b + 1, x)) : x));
          const alone = Array.from({ length: batch }, (_, b) => call(o, op, attrs, sample(b)));
          return { y: o.concat(0, ...alone.map((y) => o.reshape([1, ...y.shape], y))) };
        },
      }),
    );
  }),
});

/** Nothing leaks from one sample of a batch to another. */
export const independenceLaws: readonly Law[] = Object.entries(BATCHED).map(([op, n]) => law(op as OpName, n));
