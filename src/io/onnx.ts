import type * as TE from 'fp-ts/lib/TaskEither.js';
import { record } from '../core/interpret/record.ts';
import { evaluationLogits } from '../core/model/classifier.ts';
import type { DeitConfig } from '../core/model/config.ts';
import { deit } from '../core/model/deit.ts';
import { type DeitParams, namedParams, paramShapes, paramsFrom } from '../core/model/params.ts';
import type { Computation } from '../core/ops.ts';
import type { Tensor } from '../core/tensor.ts';
import type { InputError } from './error.ts';
import { writeWhole } from './file.ts';
import { encodeOnnx, type OnnxDType } from './onnx/encode.ts';
import { WHOLE } from './onnx/expression.ts';
import { graphOf } from './onnx/graph.ts';

export type { OnnxDType } from './onnx/encode.ts';

/**
 * A DeiT as an ONNX model (opset 17) for a fixed batch: input `image` (B, C, H, W), already normalised; outputs `logits_cls`, `logits_dist`
 * where distilled, and `logits_eval`. The graph is the recorded program of the model itself.
 */
export const deitOnnx = (c: DeitConfig, params: DeitParams<Tensor>, dtype: OnnxDType = 'F32', batch = 1): Uint8Array => {
  const program: Computation = (o, { image, ...weights }) => {
    const logits = deit(o, c)(paramsFrom(c, weights), image);
    return {
      logits_cls: logits.cls,
      ...(logits.dist === undefined ? {} : { logits_dist: logits.dist }),
      logits_eval: evaluationLogits(o)(logits),
    };
  };
  const inputs = { image: [batch, c.channels, ...c.image] };
  const recorded = record(program, { ...inputs, ...paramShapes(c) }, WHOLE);
  const outputs = Object.fromEntries(Object.entries(recorded.outputs).map(([name, at]) => [name, recorded.steps[at].shape]));
  return encodeOnnx({ name: 'deit', dtype, graph: graphOf(recorded), inputs, outputs, weights: namedParams(params) });
};

/** Writes `deitOnnx` to a file, as a whole or not at all. */
export const saveOnnx = (
  path: string,
  c: DeitConfig,
  params: DeitParams<Tensor>,
  dtype: OnnxDType = 'F32',
  batch = 1,
): TE.TaskEither<InputError, void> => writeWhole(path, (sink) => sink.write(deitOnnx(c, params, dtype, batch)));
