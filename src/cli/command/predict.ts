import { basename, extname } from 'node:path';
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { attentionPicture } from '../../core/image/attention-picture.ts';
import { type Ranking, rankings } from '../../core/metric/ranking.ts';
import { readImage, writePng } from '../../io/image/file.ts';
import { ENGINE_OPTIONS } from '../option/engine.ts';
import { forwardPass, photographInput } from '../option/forward-pass.ts';
import { type ModelToRun, modelToRun, WEIGHT_OPTIONS } from '../option/weights.ts';
import { type Arguments, type Command, EXIT, type Failure, failure, wholeNumber } from '../shell/command.ts';
import { writable } from '../shell/output.ts';
import { table } from '../shell/terminal.ts';
import { readText } from '../shell/text-file.ts';

/** Where the picture of one of several photographs goes: `a.png` becomes `a.chelsea.png`. */
const pictureFile = (file: string, photograph: string, several: boolean): string =>
  several ? `${file.slice(0, -extname(file).length)}.${basename(photograph, extname(photograph))}.png` : file;

const labelsFrom = (file: string | undefined, classes: number): TE.TaskEither<Failure, readonly string[] | undefined> =>
  file === undefined
    ? TE.right(undefined)
    : pipe(
        readText(file),
        TE.map((text) => (text.trimEnd() === '' ? [] : text.trimEnd().split(/\r?\n/))),
        TE.filterOrElse(
          (names) => names.length === classes,
          (names) => failure(`${file} has ${names.length} lines, the model has ${classes} classes`),
        ),
      );

const TOP = '5';

const blockOf = ({ options }: Arguments, depth: number): E.Either<Failure, number> => {
  const block = options.block === undefined ? depth - 1 : wholeNumber(options.block);
  return Number.isInteger(block) && block >= 0 && block < depth
    ? E.right(block)
    : E.left(failure(`--block must be 0 to ${depth - 1}, got ${options.block}`));
};

const lines = (photograph: string, ranking: readonly Ranking[], names: readonly string[] | undefined): readonly string[] => {
  const cell = (entry: Ranking['top'][number]): string =>
    `${(100 * entry.probability).toFixed(1).padStart(5)} %  ${names?.[entry.class] ?? `class ${entry.class}`}`;
  const ranks = ranking[0].top.map((_, rank) => ranking.map(({ top }) => cell(top[rank])));
  return [photograph, ...table([ranking.map(({ classifier }) => classifier), ...ranks]).map((line) => `  ${line}`)];
};

export const predict: Command = {
  name: 'predict',
  summary: 'classify photographs by the class token, the distillation token and both; draw what they attend to',
  operands: 'IMAGE…',
  options: {
    ...WEIGHT_OPTIONS,
    ...ENGINE_OPTIONS,
    engine: { ...ENGINE_OPTIONS.engine, initial: 'simd' },
    attention: { value: 'F.png', describe: 'write the attention of the class and the distillation token over the photograph' },
    block: { value: 'N', describe: 'the block whose attention is drawn; the last unless given' },
    top: { value: 'N', describe: 'how many classes to show', initial: TOP },
    labels: { value: 'F', describe: 'a text file with the name of one class a line' },
    json: { describe: 'print JSON' },
  },
  example: 'deit predict data/chelsea.png --model deit_tiny_distilled_patch16_224 --attention chelsea-attention.png',
  run: (args, terminal) => {
    const { attention, top = TOP, labels } = args.options;
    const k = wholeNumber(top);
    if (args.rest.length === 0) return TE.left(failure("no photograph given; see 'deit predict --help'"));
    if (!(Number.isInteger(k) && k > 0)) return TE.left(failure(`--top must be a whole number above 0, got ${top}`));
    if (attention === undefined && args.options.block !== undefined)
      return TE.left(failure('--block says whose attention --attention draws; give both'));
    if (attention !== undefined && !/\.png$/i.test(attention))
      return TE.left(failure(`--attention writes PNG; name a file that ends in .png, not ${attention}`));

    const one = (
      model: ModelToRun,
      block: number,
      names: readonly string[] | undefined,
      path: string,
      i: number,
    ): TE.TaskEither<Failure, unknown> =>
      pipe(
        TE.Do,
        TE.tap(() => TE.fromIO(() => terminal.progress(path, i / args.rest.length))),
        TE.bind('input', () => photographInput(path, model.config)),
        TE.bind('out', ({ input }) =>
          forwardPass(args, model, input, attention === undefined ? [] : [`blocks.${block}.attn_probs`], (done) =>
            terminal.progress(path, (i + done) / args.rest.length),
          ),
        ),
        TE.chain(({ out }) => {
          const ranking = rankings(out, Math.min(k, model.config.classes));
          const labelled = ranking.map(({ classifier, top }) => ({
            classifier,
            top: top.map((entry) => ({ ...entry, ...(names === undefined ? {} : { label: names[entry.class] }) })),
          }));
          const said = { image: path, seeded: model.seeded, classifiers: labelled };
          if (args.options.json !== 'true') for (const line of lines(path, ranking, names)) terminal.out(line);
          if (attention === undefined) return TE.right(said);
          const file = pictureFile(attention, path, args.rest.length > 1);
          return pipe(
            readImage(path),
            TE.chain((photograph) => writePng(file, attentionPicture(model.config, photograph, out[`blocks.${block}.attn_probs`]))),
            TE.bimap(
              ({ message }) => failure(message),
              () => {
                terminal.note(
                  `${file}: the photograph${model.config.distilled ? ', the attention of the class token and of the distillation token' : ' and the attention of the class token'} in block ${block}`,
                );
                return said;
              },
            ),
          );
        }),
      );

    return pipe(
      TE.fromEither(
        writable(
          '--attention',
          attention === undefined ? [] : args.rest.map((path) => pictureFile(attention, path, args.rest.length > 1)),
          [...args.rest, args.options.weights, args.options.config, labels],
        ),
      ),
      TE.chain(() => modelToRun(args, terminal)),
      TE.bindTo('model'),
      TE.tap(({ model: { config } }) =>
        TE.fromIO(() => {
          if (k > config.classes && top !== TOP) terminal.note(`--top ${top}: the model has ${config.classes} classes, and all are shown`);
        }),
      ),
      TE.bind('block', ({ model }) => TE.fromEither(blockOf(args, model.config.depth))),
      TE.bind('names', ({ model }) => labelsFrom(labels, model.config.classes)),
      TE.chain(({ model, block, names }) => TE.sequenceSeqArray(args.rest.map((path, i) => one(model, block, names, path, i)))),
      TE.map((said) => {
        if (args.options.json === 'true') terminal.out(JSON.stringify(said, null, 2));
        return EXIT.pass;
      }),
    );
  },
};
