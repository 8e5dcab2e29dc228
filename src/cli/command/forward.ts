import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import type { Tensors } from '../../core/engine/engine.ts';
import { evaluationFor, evaluationTransform } from '../../core/image/evaluation-transform.ts';
import { withProgress } from '../../core/interpret/progress.ts';
import type { Program } from '../../core/language/ops.ts';
import type { DeitConfig } from '../../core/model/deit/config.ts';
import { namedParams } from '../../core/model/deit/params.ts';
import { taskOf } from '../../core/oracle/request/table.ts';
import { programOf, tapNames } from '../../core/oracle/request/task.ts';
import { showShape } from '../../core/tensor/shape.ts';
import type { Tensor } from '../../core/tensor/tensor.ts';
import { loadWeights, saveWeights } from '../../io/checkpoint/file.ts';
import { readImage } from '../../io/image/file.ts';
import { ENGINE_OPTIONS, runOnce, withEngine } from '../option/engine.ts';
import { type ModelToRun, modelToRun, WEIGHT_OPTIONS } from '../option/weights.ts';
import { type Arguments, type Command, EXIT, type Failure, failure } from '../shell/command.ts';
import { safetensorsNamed, writable } from '../shell/output.ts';

/** A photograph as the model takes it, through the evaluation transform: `(1, 3, H, W)`. */
export const photographInput = (path: string, c: DeitConfig): TE.TaskEither<Failure, Tensor> => {
  const [height, width] = c.image;
  if (height !== width)
    return TE.left(
      failure(
        `the model takes ${height}×${width} images, and the published transform gives squares; give a tensor (B, 3, H, W) in safetensors`,
      ),
    );
  return pipe(
    readImage(path),
    TE.mapLeft(({ message }) => failure(message)),
    TE.chainEitherK((image) =>
      E.tryCatch(
        () => {
          const { shape, data } = evaluationTransform(image, evaluationFor(height));
          return { shape: [1, ...shape], data };
        },
        (reason) => failure(`${path} cannot be brought to ${height}×${width}: ${(reason as Error).message}`, undefined, reason),
      ),
    ),
  );
};

const NAMED = /\.(safetensors|pth?)$/i;
const PHOTOGRAPHS = ' (not .png, .jpg or .jpeg, so read as tensors)';

const inputOf = (path: string, model: ModelToRun): TE.TaskEither<Failure, Tensor> =>
  /\.(png|jpe?g)$/i.test(path)
    ? photographInput(path, model.config)
    : pipe(
        loadWeights(path),
        TE.mapLeft(({ format, message }) =>
          failure(format === 'file' ? message : `--input ${path}${NAMED.test(path) ? '' : PHOTOGRAPHS}: ${message}`),
        ),
        TE.chain(({ image, ...others }) =>
          image === undefined
            ? TE.left(
                failure(
                  `${path} has no tensor named image (B, ${model.config.channels}, ${model.config.image.join(', ')}); it has ${Object.keys(others).join(', ') || 'none'}`,
                ),
              )
            : TE.right(image),
        ),
      );

/** The logits, and the activations asked for, of one pass. */
export const forwardPass = (
  args: Arguments,
  model: ModelToRun,
  image: Tensor,
  taps: readonly string[] | 'all',
  progress: (done: number) => void,
): TE.TaskEither<Failure, Tensors> => {
  const task = taskOf('forward', model.config, { ...namedParams(model.params), image });
  if (E.isLeft(task)) return TE.left(failure(task.left));
  const names = new Set([...tapNames(task.right), 'logits_cls', 'logits_dist', 'logits_eval']);
  const unknown = taps === 'all' ? [] : taps.filter((name) => !names.has(name));
  if (unknown.length > 0) return TE.left(failure(`no activation is named ${unknown.join(', ')}; --taps all writes every one`));
  return withEngine(args, (engine) => {
    const change = (program: Program): Program => withProgress(program, task.right.inputs, progress);
    return runOnce(engine, programOf(task.right, { taps, change }), task.right.inputs, () => progress(0));
  });
};

export const forward: Command = {
  name: 'forward',
  summary: 'one forward pass, activations by name, safetensors in and out',
  options: {
    ...WEIGHT_OPTIONS,
    ...ENGINE_OPTIONS,
    input: { value: 'F', describe: 'safetensors with a tensor image (B, channels, H, W), or a PNG or JPEG photograph' },
    taps: { value: 'all|a,b', describe: 'activations wanted beside the logits: all, or names such as tokens,blocks.0.attn_probs' },
    out: { value: 'F', describe: 'the safetensors file to write' },
  },
  example: 'deit forward --model deit_tiny_distilled_patch16_224 --input data/chelsea.png --taps tokens,norm --out chelsea.safetensors',
  run: (args, terminal) => {
    const { input, out, taps: wanted = '' } = args.options;
    if (input === undefined || out === undefined) return TE.left(failure("--input and --out are needed; see 'deit forward --help'"));
    const taps =
      wanted === 'all'
        ? wanted
        : wanted
            .split(',')
            .map((name) => name.trim())
            .filter((name) => name !== '');
    return pipe(
      TE.fromEither(writable('--out', [out], [input, args.options.weights, args.options.config])),
      TE.chainEitherK(() => safetensorsNamed('--out', out)),
      TE.chain(() => modelToRun(args, terminal)),
      TE.bindTo('model'),
      TE.bind('image', ({ model }) => inputOf(input, model)),
      TE.chain(({ model, image }) => forwardPass(args, model, image, taps, (done) => terminal.progress('forward pass', done))),
      TE.chain((outputs) =>
        pipe(
          saveWeights(out, outputs, { dtype: 'F64' }),
          TE.bimap(
            ({ message }) => failure(message),
            () => {
              for (const [name, { shape }] of Object.entries(outputs)) terminal.out(`${name} ${showShape(shape)}`);
              terminal.note(`written to ${out} as F64`);
              return EXIT.pass;
            },
          ),
        ),
      ),
    );
  },
};
