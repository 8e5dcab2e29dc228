import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import type { Tensors } from '../../core/engine/engine.ts';
import { reference } from '../../core/interpret/reference.ts';
import { configProblems, type DeitConfig, grid, specialTokens } from '../../core/model/deit/config.ts';
import { namedParams } from '../../core/model/deit/params.ts';
import { resizePositions } from '../../core/model/deit/position-embedding.ts';
import type { Resampling } from '../../core/model/resampling.ts';
import type { LoadedModel } from '../../io/checkpoint/read-model.ts';
import { saveWeights } from '../../io/checkpoint/weights-file.ts';
import { type InputError, inputError } from '../../io/error/error.ts';
import { toHuggingFace } from '../../io/naming/rename.ts';
import { saveOnnx } from '../../io/onnx/export.ts';
import { chosenModel, MODEL_OPTIONS } from '../option/model.ts';
import { ENTRY_OPTION, modelFrom } from '../option/weights.ts';
import { type Command, EXIT, type Failure, failure, wholeNumber } from '../shell/command.ts';
import { safetensorsNamed, writable } from '../shell/output.ts';

const DTYPES = ['F64', 'F32', 'F16', 'BF16'] as const;
type DType = (typeof DTYPES)[number];
const TARGETS = ['timm', 'hf', 'onnx'] as const;
type Target = (typeof TARGETS)[number];
const RESAMPLINGS: readonly Resampling[] = ['facebook', 'timm-antialias'];

const oneOf = <A extends string>(option: string, choices: readonly A[], given: string | undefined): E.Either<Failure, A> => {
  const found = choices.find((choice) => choice === given);
  return found === undefined
    ? E.left(
        failure(
          given === undefined
            ? `--${option} is needed: one of ${choices.join(', ')}`
            : `--${option} must be one of ${choices.join(', ')}, got ${given}`,
        ),
      )
    : E.right(found);
};

/** `224` or `224x384`: height and width. */
const sides = (text: string): E.Either<Failure, readonly [number, number]> => {
  const [, height, width = height] = /^(\d+)(?:[x×](\d+))?$/.exec(text) ?? [];
  return height === undefined
    ? E.left(failure(`--image takes a height, or a height and a width as 224x384; got ${text}`))
    : E.right([Number(height), Number(width)]);
};

/** The same model for images of another size: its position embedding resampled, all else as it was. */
const resized = (model: LoadedModel, image: readonly [number, number], variant: Resampling): E.Either<Failure, LoadedModel> => {
  const config: DeitConfig = { ...model.config, image };
  const problems = configProblems(config);
  if (problems.length > 0) return E.left(failure(`--image: ${problems.join('; ')}`));
  const regrid = { from: grid(model.config), to: grid(config), prefix: specialTokens(config), variant };
  const pos_embed = resizePositions(reference)(regrid, model.params.pos_embed);
  return E.right({ ...model, config, known: { ...model.known, image }, params: { ...model.params, pos_embed } });
};

const write = (path: string, target: Target, dtype: DType, batch: number, model: LoadedModel): TE.TaskEither<InputError, void> => {
  const named: Tensors = namedParams(model.params);
  if (target === 'onnx')
    return dtype === 'BF16'
      ? TE.left(inputError('ONNX', 'its models here are F64, F32 or F16, not BF16'))
      : saveOnnx(path, model.config, model.params, dtype, batch);
  const renamed = target === 'hf' ? toHuggingFace(named) : E.right(named);
  return E.isLeft(renamed) ? TE.left(renamed.left) : saveWeights(path, renamed.right, { dtype, config: model.known });
};

const headless = ({ config, params }: LoadedModel): boolean => config.distilled && params.head_dist === undefined;

export const convert: Command = {
  name: 'convert',
  summary: 'a checkpoint in another naming, type or image size, or as ONNX',
  operands: 'IN OUT',
  options: {
    to: { value: 'timm|hf|onnx', describe: 'names of facebookresearch/deit and timm, of Hugging Face, or an ONNX model with both heads' },
    dtype: {
      value: 'F64|F32|F16|BF16',
      describe: 'the type to round to, to nearest, ties to even (ONNX Runtime runs no F64 model)',
      initial: 'F32',
    },
    image: { value: 'H[xW]', describe: 'resample the position embedding for images of this size' },
    resample: { value: 'facebook|timm-antialias', describe: 'how --image resamples (default facebook)' },
    batch: { value: 'N', describe: 'images that the ONNX model takes at once (default 1)' },
    ...MODEL_OPTIONS,
    ...ENTRY_OPTION,
  },
  example: 'deit convert deit_tiny_distilled_patch16_224.pth deit_tiny.safetensors --to hf',
  run: (args, terminal) => {
    const [from, to, ...more] = args.rest;
    const { image, resample, entry } = args.options;
    const batch = wholeNumber(args.options.batch ?? '1');
    if (from === undefined || to === undefined || more.length > 0)
      return TE.left(failure("two files are needed, IN and OUT; see 'deit convert --help'"));
    if (!(Number.isInteger(batch) && batch > 0))
      return TE.left(failure(`--batch must be a whole number above 0, got ${args.options.batch}`));
    if (args.options.batch !== undefined && args.options.to !== 'onnx')
      return TE.left(failure('--batch is for --to onnx; a checkpoint has no batch'));
    if (resample !== undefined && image === undefined)
      return TE.left(failure('--resample says how --image H[xW] resamples; without --image nothing is resampled'));
    if (args.options.to !== undefined && /\.onnx$/i.test(to) !== (args.options.to === 'onnx'))
      return TE.left(failure(`OUT ${to} does not go with --to ${args.options.to}: ONNX models, and they alone, are named .onnx`));
    return pipe(
      TE.fromEither(writable('OUT', [to], [from, args.options.config])),
      TE.chainEitherK(() => (args.options.to === 'onnx' ? E.right(undefined) : safetensorsNamed('OUT', to))),
      TE.map(() => ({})),
      TE.bind('target', () => TE.fromEither(oneOf('to', TARGETS, args.options.to))),
      TE.bind('dtype', () => TE.fromEither(oneOf('dtype', DTYPES, args.options.dtype))),
      TE.bind('variant', () => TE.fromEither(oneOf('resample', RESAMPLINGS, resample ?? 'facebook'))),
      TE.bind('size', () => TE.fromEither(image === undefined ? E.right(undefined) : sides(image))),
      TE.bind('config', () => chosenModel(args)),
      TE.tap(() => TE.fromIO(() => terminal.progress(`reading ${from}`, 0))),
      TE.bind('loaded', ({ config, target }) =>
        modelFrom(from, { config, ...(entry === undefined ? {} : { entry }), headless: target !== 'onnx' }, terminal),
      ),
      TE.bind('model', ({ loaded, size, variant }) => TE.fromEither(size === undefined ? E.right(loaded) : resized(loaded, size, variant))),
      TE.tap(() => TE.fromIO(() => terminal.progress(`writing ${to}`, 0.5))),
      TE.chain(({ model, target, dtype }) =>
        pipe(
          write(to, target, dtype, batch, model),
          TE.bimap(
            ({ message }) => failure(message),
            () => {
              terminal.note(
                `written to ${to}: ${Object.keys(namedParams(model.params)).length} parameters as ${dtype}${headless(model) ? ', without a distillation head' : ''}`,
              );
              return EXIT.pass;
            },
          ),
        ),
      ),
    );
  },
};
