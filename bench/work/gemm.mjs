import { hashTensor, record, reference } from '../../dist/src/index.js';
import { encodeOnnx } from '../../dist/src/io/onnx/encode.js';
import { WHOLE } from '../../dist/src/io/onnx/expression.js';
import { graphOf } from '../../dist/src/io/onnx/graph.js';
import { adopt } from '../../dist/src/language.js';
import { gemmProgram } from '../child/programs.mjs';
import { judged, tolerance } from '../tolerance.mjs';
import { rounded, writeWork } from './write.mjs';

/** The products of a DeiT-Ti: there and back again, so that a chain of them needs no other input. `batch` is of heads. */
const PRODUCTS = [
  { name: 'qkv', rows: 197, from: 192, to: 576 },
  { name: 'projection', rows: 197, from: 192, to: 192 },
  { name: 'mlp', rows: 197, from: 192, to: 768 },
  { name: 'mlp, batch 8', rows: 1576, from: 192, to: 768 },
  { name: 'mlp of DeiT-B', rows: 197, from: 768, to: 3072 },
  { name: 'attention, 3 heads', batch: 3, rows: 197, from: 64, to: 197 },
];
const REPEATS = 4;

const matrix = (name, product, rows, columns) => {
  const shape = product.batch === undefined ? [rows, columns] : [product.batch, rows, columns];
  // Uniform in ±√3/√rows: a product with it keeps the size of what it multiplies.
  return rounded(hashTensor(name, 1, shape, name === 'x' ? 1 : Math.sqrt(3 / rows)));
};

const onnxOf = (spec, tensors) => {
  const inputs = { x: tensors.x.shape };
  const weights = Object.fromEntries(
    ['there', 'back'].map((name) => [name, adopt(tensors[name].shape, Float64Array.from(tensors[name].data))]),
  );
  const shapes = Object.fromEntries(Object.entries(tensors).map(([name, { shape }]) => [name, shape]));
  const recorded = record(gemmProgram(spec), shapes, WHOLE);
  const outputs = { y: recorded.instructions[recorded.outputs.y].shape };
  return encodeOnnx({ name: 'gemm', dtype: 'F32', graph: graphOf(recorded), inputs, outputs, weights });
};

/** A chain of products, x ← (x·there)·back, `REPEATS` times: the input's way in and the result's way out count little. */
export const gemmCase = (product) => {
  const { rows, from, to, batch = 1 } = product;
  const tensors = {
    x: matrix('x', product, rows, from),
    there: matrix('there', product, from, to),
    back: matrix('back', product, to, from),
  };
  const spec = { work: 'gemm', repeats: REPEATS, resident: product.batch === undefined, onnx: { inputs: ['x'], output: 'y' }, output: 'y' };
  const wide = Object.fromEntries(Object.entries(tensors).map(([name, { shape, data }]) => [name, adopt(shape, Float64Array.from(data))]));
  const want = { y: gemmProgram(spec)(reference, wide).y.data };
  const sizes = `(${rows}×${from})·(${from}×${to})·(${to}×${from})`;
  return {
    title: `products, ${product.name}: ${sizes}`,
    unit: 'ms a run',
    perRun: 1,
    flops: 4 * batch * rows * from * to * REPEATS,
    folder: writeWork(`gemm-${product.name.replaceAll(/\W+/g, '-')}`, spec, tensors, onnxOf(spec, tensors)),
    judge: (got, { dtype, exact }) => judged(got, want, tolerance(dtype, 2 * REPEATS, Math.max(from, to)), exact),
  };
};

export const gemmCases = ({ quick }) => (quick ? PRODUCTS.slice(2, 3) : PRODUCTS).map((product) => () => gemmCase(product));
