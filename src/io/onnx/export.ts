import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { record } from '../../core/interpret/record.ts';
import { configProblems, type DeitConfig } from '../../core/model/deit/config.ts';
import { type DeitParams, namedParams, paramShapes } from '../../core/model/deit/params.ts';
import { forwardProgram } from '../../core/model/deit/program.ts';
import { sameShape, showShape } from '../../core/tensor/shape.ts';
import type { Tensor } from '../../core/tensor/tensor.ts';
import { bytesOf } from '../bytes/dtype.ts';
import { type InputError, inputError } from '../error/error.ts';
import { writeWhole } from '../file/whole-file.ts';
import { encodeOnnx, type OnnxDType } from './encode.ts';
import { WHOLE } from './expression.ts';
import { graphOf } from './graph.ts';

export type { OnnxDType } from './encode.ts';

/**
 * A DeiT as an ONNX model (opset 17) for a fixed batch: input `image` (B, C, H, W), already normalised; outputs `logits_cls`, `logits_dist`
 * where distilled, and `logits_eval`, each (B, classes). The graph is the recorded program of the model itself; weights keep their
 * timm names.
 *
 * @param dtype type of the weights, rounded to nearest, and of the arithmetic. F64 is valid ONNX that ONNX Runtime (1.32) does not run: its `Erf` has
 * no double.
 * @param batch the B of the graph, which runs no other.
 * @returns `Left` with every mistake of the configuration, of the batch, or of the shapes of the parameters.
 * @example
 * const c = deitConfig({ dim: 8, depth: 1, heads: 2, image: [16, 16], classes: 2, distilled: true });
 * const model = deitOnnx(c, seededParams(1, c));
 * E.map((bytes) => new TextDecoder('latin1').decode(bytes).includes('blocks.0.attn.qkv.weight'))(model) // right(true)
 * deitOnnx(c, seededParams(1, c), 'F32', 0) // left({ message: 'ONNX: batch must be a whole number above 0, got 0', … })
 */
export const deitOnnx = (
  c: DeitConfig,
  params: DeitParams<Tensor>,
  dtype: OnnxDType = 'F32',
  batch = 1,
): E.Either<InputError, Uint8Array> => {
  const problems = [...configProblems(c, batch), ...misfits(c, params)];
  const unfit = problems.length > 0 ? problems : unstorable(params, dtype);
  return unfit.length > 0 ? E.left(inputError('ONNX', unfit.join('; '))) : E.right(encoded(c, params, dtype, batch));
};

/** Protocol buffers hold no message of 2 GiB; the graph itself, beside the weights, takes less than a megabyte. */
const MOST_BYTES = 2 ** 31 - 2 ** 20;
const LARGEST: { readonly [D in OnnxDType]: number } = { F64: Number.POSITIVE_INFINITY, F32: 3.4028235677973366e38, F16: 65520 };

/** What an ONNX model of this type cannot hold. */
const unstorable = (params: DeitParams<Tensor>, dtype: OnnxDType): readonly string[] => {
  const weights = Object.entries(namedParams(params));
  const bytes = weights.reduce((n, [, { data }]) => n + data.length * bytesOf(dtype), 0);
  if (bytes > MOST_BYTES)
    return [`the weights take ${bytes} bytes as ${dtype}, and a model in one file holds ${MOST_BYTES}; use a smaller type`];
  return weights.flatMap(([name, { data }]) => {
    let at = 0;
    while (at < data.length && Math.abs(data[at]) < LARGEST[dtype]) at++;
    return at === data.length ? [] : [`${name} holds ${data[at]} at flat index ${at}, which ${dtype} cannot hold`];
  });
};

/** Parameters that are not those of the configuration, one sentence each. */
const misfits = (c: DeitConfig, params: DeitParams<Tensor>): readonly string[] => {
  const given = namedParams(params);
  return Object.entries(configProblems(c).length > 0 ? {} : paramShapes(c)).flatMap(([name, shape]) => {
    const got = given[name]?.shape;
    if (got !== undefined && sameShape(got, shape)) return [];
    return [`${name} must be ${showShape(shape)}, ${got === undefined ? 'it is missing' : `got ${showShape(got)}`}`];
  });
};

const encoded = (c: DeitConfig, params: DeitParams<Tensor>, dtype: OnnxDType, batch: number): Uint8Array => {
  const inputs = { image: [batch, c.channels, ...c.image] };
  // ONNX's LayerNormalization keeps eps and its statistics in float32.
  const whole = dtype === 'F64' ? WHOLE.filter((name) => name !== 'layerNorm') : WHOLE;
  const recorded = record(forwardProgram(c), { ...inputs, ...paramShapes(c) }, whole);
  const outputs = Object.fromEntries(Object.entries(recorded.outputs).map(([name, at]) => [name, recorded.instructions[at].shape]));
  return encodeOnnx({ name: 'deit', dtype, graph: graphOf(recorded), inputs, outputs, weights: namedParams(params) });
};

/**
 * Writes `deitOnnx` to a file, as a whole or not at all.
 *
 * @returns `Left` when the file cannot be written, or where `deitOnnx` is `Left`: then nothing is written.
 * @example
 * const c = deitConfig({ dim: 8, depth: 1, heads: 2, image: [16, 16], classes: 2 });
 * await saveOnnx('deit.onnx', c, seededParams(1, c), 'F16')() // right(undefined)
 * await saveOnnx('models/deit.onnx', c, seededParams(1, c))()
 * // left({ message: 'file: cannot write "models/deit.onnx": there is no such file or folder; check the path', … })
 */
export const saveOnnx = (
  path: string,
  c: DeitConfig,
  params: DeitParams<Tensor>,
  dtype: OnnxDType = 'F32',
  batch = 1,
): TE.TaskEither<InputError, void> =>
  pipe(
    TE.fromEither(deitOnnx(c, params, dtype, batch)),
    TE.chain((bytes) => writeWhole(path, (sink) => sink.write(bytes))),
  );
