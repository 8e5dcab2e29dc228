import { mapRecord } from '../../dist/src/core/params/map-record.js';
import {
  cost,
  hashTensor,
  namedParams,
  paramShapes,
  paramsFrom,
  priced,
  reference,
  seededParams,
  tokenCount,
  totalCost,
  ZOO,
} from '../../dist/src/index.js';
import { deitOnnx } from '../../dist/src/io/index.js';
import { adopt } from '../../dist/src/language.js';
import { logitsProgram } from '../child/programs.mjs';
import { depthOf, judged, longestSum, tolerance } from '../tolerance.mjs';
import { rounded, writeWork } from './write.mjs';

const SEED = 1;

/** What a forward pass costs, by the cost interpreter. */
export const forwardCost = (config, batch) => {
  const inputs = mapRecord((shape) => priced(shape, true), paramShapes(config));
  const { logits } = logitsProgram(config)(cost, { ...inputs, image: priced([batch, config.channels, ...config.image]) });
  return totalCost([logits]);
};

/** Seeded weights and images of a model, in float32. */
export const forwardData = (config, batch) => {
  const weights = mapRecord(rounded, namedParams(seededParams(SEED, config)));
  const image = rounded(hashTensor('image', SEED, [batch, config.channels, ...config.image], 2));
  return { weights, image };
};

const wide = ({ shape, data }) => adopt(shape, Float64Array.from(data));
const wideAll = (tensors) => mapRecord(wide, tensors);

/** Write a forward pass for the children. */
export const writeForward = (id, config, batch) => {
  const { weights, image } = forwardData(config, batch);
  const onnx = deitOnnx(config, paramsFrom(config, wideAll(weights)), 'F32', batch);
  if (onnx._tag === 'Left') throw new Error(onnx.left.message);
  const spec = { work: 'forward', config, batch, onnx: { inputs: ['image'], output: 'logits_eval' }, output: 'logits' };
  return { folder: writeWork(id, spec, { ...weights, image }, onnx.right), tensors: { ...weights, image } };
};

/** A forward pass of a published model on a batch of seeded images: logits on the host from images on the host. */
export const forwardCase = (name, batch) => {
  const config = ZOO[name];
  const { folder, tensors } = writeForward(`forward-${name}-${batch}`, config, batch);
  const want = { logits: logitsProgram(config)(reference, wideAll(tensors)).logits.data };
  const allowed = (dtype) => tolerance(dtype, depthOf(config), longestSum(config, tokenCount(config)));
  return {
    title: `forward, ${name}, batch ${batch}`,
    unit: 'ms an image',
    perRun: batch,
    flops: 2 * forwardCost(config, batch).multiplyAdds,
    folder,
    judge: (got, { dtype, exact }) => judged(got, want, allowed(dtype), exact),
  };
};

export const forwardCases = ({ quick, batches }) =>
  (batches ?? (quick ? [1] : [1, 8])).map((batch) => () => forwardCase('deit_tiny_distilled_patch16_224', batch));
