import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import type { Engine } from '../../core/engine/engine.ts';
import { referenceEngine } from '../../core/engine/reference-engine.ts';
import { tensorEngine } from '../../core/engine/tensor-engine.ts';
import { reference } from '../../core/interpret/reference.ts';
import { type FormatName, rounded } from '../../core/interpret/rounded.ts';
import type { Subject } from '../../oracle/protocol/answer.ts';
import { serve } from '../../oracle/protocol/serve.ts';
import { type Choice, ENGINE_OPTIONS, engineChoices, usingEngine } from '../option/engine.ts';
import { type Command, EXIT, type Failure, failure } from '../shell/command.ts';
import { version } from '../shell/version.ts';

/** The reference with every result rounded to a storage format. */
const emulated = (format: FormatName, u: number, tiny: number): Engine =>
  tensorEngine({
    name: `reference rounded to ${format}`,
    arithmetic: { u, elementary: () => 2, tiny },
    ops: rounded(reference, format),
    describe: `float64 reference, each result rounded to ${format}`,
  });

/** What the reference answers where another storage than F64 is asked for. */
const EMULATED: Subject['engines'] = {
  F32: emulated('F32', 2 ** -24, 2 ** -149),
  F16: emulated('F16', 2 ** -11, 2 ** -24),
  BF16: emulated('BF16', 2 ** -8, 2 ** -133),
};

/** Makes every engine, one inside the other, so that all are let go of whatever happens. */
const withAll = (
  choices: readonly Choice[],
  use: (engines: Subject['engines']) => TE.TaskEither<Failure, number>,
  engines: Subject['engines'] = {},
): TE.TaskEither<Failure, number> => {
  const [first, ...rest] = choices;
  if (first === undefined) return use(engines.F64 === referenceEngine ? { ...EMULATED, ...engines } : engines);
  return usingEngine(first.make, (engine) => withAll(rest, use, { ...engines, [first.dtype]: engine }));
};

/** Its own words for what `--dtype` leaves out: unlike other commands it serves every type at once. */
const OPTIONS: Command['options'] = {
  ...ENGINE_OPTIONS,
  dtype: {
    value: 'F64|F32',
    describe:
      'compute in this type (default every type the engine has: simd F64 and F32, F64 first; gpu F32; reference F64, others emulated)',
  },
};

/** Whether the oracle that asked has gone away: there is nobody to answer, and nothing is wrong here. */
const isGone = (reason: unknown): boolean => (reason as NodeJS.ErrnoException).code === 'EPIPE';

/** Bytes to standard output, waiting until they are taken. */
const write = (bytes: Uint8Array): Promise<void> =>
  new Promise((resolve, reject) => process.stdout.write(bytes, (error) => (error ? reject(error) : resolve())));

export const subject: Command = {
  name: 'subject',
  summary: 'serve an engine to an oracle: frames of the protocol on standard input and output',
  options: OPTIONS,
  example: 'deit subject --engine reference < requests > replies',
  run: (args) =>
    pipe(
      TE.fromEither(
        args.rest.length > 0 || args.options.engine?.includes(',')
          ? E.left(failure(`subject serves one engine and takes options only; see 'deit subject --help'`))
          : engineChoices(args),
      ),
      TE.chain((choices) =>
        withAll(choices, (engines) => async () => {
          // Whatever a library prints must not get between the frames.
          console.log = console.error;
          const name = `deit-oracle ${args.options.engine}`;
          try {
            const served = await serve({ name, version: version(), engines })(process.stdin, write);
            return E.isLeft(served) ? E.left(failure(served.left.message)) : E.right(EXIT.pass);
          } catch (reason) {
            if (isGone(reason)) return E.right(EXIT.pass);
            throw reason;
          }
        }),
      ),
    ),
};
