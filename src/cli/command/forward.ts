import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { showShape } from '../../core/tensor/shape.ts';
import type { Tensor } from '../../core/tensor/tensor.ts';
import { loadWeights, saveWeights } from '../../io/checkpoint/weights-file.ts';
import { ENGINE_OPTIONS } from '../option/engine.ts';
import { forwardPass, photographInput } from '../option/forward-pass.ts';
import { type ModelToRun, modelToRun, WEIGHT_OPTIONS } from '../option/weights.ts';
import { type Command, EXIT, type Failure, failure } from '../shell/command.ts';
import { safetensorsNamed, writable } from '../shell/output.ts';

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
    const { input, out, taps: wanted } = args.options;
    if (input === undefined || out === undefined) return TE.left(failure("--input and --out are needed; see 'deit forward --help'"));
    const taps =
      wanted === 'all'
        ? wanted
        : (wanted ?? '')
            .split(',')
            .map((name) => name.trim())
            .filter((name) => name !== '');
    if (wanted !== undefined && taps.length === 0)
      return TE.left(failure('--taps names no activation; say all, or names such as tokens,blocks.0.attn_probs'));
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
