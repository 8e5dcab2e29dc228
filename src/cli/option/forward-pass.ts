import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import type { Tensors } from '../../core/engine/engine.ts';
import { evaluationFor, evaluationTransform } from '../../core/image/evaluation-transform.ts';
import { type RecordedProgram, record, replay } from '../../core/interpret/record.ts';
import { tapNames, withTaps } from '../../core/interpret/record-taps.ts';
import type { DeitConfig } from '../../core/model/deit/config.ts';
import { namedParams } from '../../core/model/deit/params.ts';
import { forwardProgram } from '../../core/model/deit/program.ts';
import { ShapeError, type Tensor } from '../../core/tensor/tensor.ts';
import { readImage } from '../../io/image/file.ts';
import { type Arguments, type Failure, failure } from '../shell/command.ts';
import { runOnce, withEngine } from './engine.ts';
import type { ModelToRun } from './weights.ts';

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

/** The forward pass of a model on tensors of these shapes, written down once; `Left` lists every shape that does not fit. */
const recorded = (c: DeitConfig, inputs: Tensors): E.Either<Failure, RecordedProgram> => {
  const shapes = Object.fromEntries(Object.entries(inputs).map(([name, { shape }]) => [name, shape]));
  try {
    return E.right(record(forwardProgram(c), shapes));
  } catch (mistake) {
    // The name of the function is that of the command, which says it itself.
    if (mistake instanceof ShapeError) return E.left(failure(mistake.message.replace(/^deit: /, ''), undefined, mistake));
    throw mistake;
  }
};

/** Names of activations, or of outputs, which are given anyway. */
const tapped = (program: RecordedProgram, taps: readonly string[] | 'all'): E.Either<Failure, RecordedProgram> => {
  if (taps === 'all') return E.right(withTaps(program, taps));
  const names = tapNames(program);
  const unknown = taps.filter((name) => !names.includes(name) && !Object.hasOwn(program.outputs, name));
  return unknown.length > 0
    ? E.left(failure(`no activation is named ${unknown.join(', ')}; --taps all writes every one`))
    : E.right(withTaps(program, taps.filter((name) => names.includes(name)))); // biome-ignore format: one line
};

/** The logits, and the activations asked for, of one pass; `progress` is told how far it is, from 0 to 1. */
export const forwardPass = (
  args: Arguments,
  { config, params }: ModelToRun,
  image: Tensor,
  taps: readonly string[] | 'all',
  progress: (done: number) => void,
): TE.TaskEither<Failure, Tensors> => {
  const inputs = { ...namedParams(params), image };
  return pipe(
    TE.fromEither(recorded(config, inputs)),
    TE.chainEitherK((program) => tapped(program, taps)),
    TE.chain((program) => withEngine(args, (engine) => runOnce(engine, replay(program), inputs, progress))),
  );
};
