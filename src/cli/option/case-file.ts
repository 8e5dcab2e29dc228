import { existsSync } from 'node:fs';
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import type { CaseSpec } from '../../core/oracle/case/case-spec.ts';
import { CORPUS } from '../../core/oracle/replay/corpus.ts';
import { readCase } from '../../core/oracle/replay/read-case.ts';
import { type Failure, failure } from '../shell/command.ts';
import { readText } from '../shell/text-file.ts';

type Fields = Readonly<Record<string, unknown>>;
const isFields = (value: unknown): value is Fields => typeof value === 'object' && value !== null && !Array.isArray(value);

const parsed = (text: string): E.Either<string, unknown> =>
  E.tryCatch(
    () => JSON.parse(text),
    (reason) => (reason as Error).message,
  );

/** The case in a record: itself, or the smallest or worst one that a report tells of an operation. */
const caseIn = (record: unknown): readonly unknown[] => {
  if (!isFields(record)) return [];
  const { smallest, case: worst, op, dims, type } = record;
  if (isFields(smallest) && smallest.case !== undefined) return [smallest.case];
  if (worst !== undefined) return [worst];
  return op !== undefined && (dims !== undefined || type === undefined) ? [record] : [];
};

/** A line of a file as a record, or what is wrong with it. */
const lineOf = (path: string, line: string, i: number): E.Either<Failure, unknown> =>
  E.mapLeft(() => failure(`${path} holds no cases: line ${i + 1} is not JSON`))(parsed(line));

/** The cases of a file: one record, a list of them, or one a line; `at` is the line of the only one that is wanted. */
const casesIn = (path: string, text: string, at?: number): E.Either<Failure, readonly unknown[]> => {
  const whole = at === undefined ? parsed(text) : E.left('');
  if (E.isRight(whole)) return E.right([whole.right].flat().flatMap(caseIn));
  const lines = text.split('\n');
  if (at !== undefined && (at < 1 || at > lines.length)) return E.left(failure(`${path} has ${lines.length} lines and no line ${at}`));
  const wanted = lines.map((line, i) => ({ line, i })).filter(({ line, i }) => line.trim() !== '' && (at === undefined || i === at - 1));
  return E.map((records: readonly unknown[]) => records.flatMap(caseIn))(
    E.sequenceArray(wanted.map(({ line, i }) => lineOf(path, line, i))),
  );
};

/** Records as cases that can be run. */
const read = (what: string, records: readonly unknown[]): E.Either<Failure, readonly CaseSpec[]> => {
  if (records.length === 0) return E.left(failure(`${what} holds no case; a case is a record such as {"op": "gelu", "dims": {"N": 3}}`));
  const where = (i: number): string => (records.length === 1 ? what : `case ${i + 1} of ${what}`);
  return E.sequenceArray(records.map((record, i) => E.mapLeft((message: string) => failure(`${where(i)}: ${message}`))(readCase(record))));
};

/**
 * The cases that an operand of `deit replay` means: JSON as it is typed, the word `corpus`, a file, or one line of a file as `FILE:N`.
 */
export const casesNamed = (operand: string): TE.TaskEither<Failure, readonly CaseSpec[]> => {
  if (operand === 'corpus') return TE.of(CORPUS.map(({ spec }) => spec));
  if (/^\s*[{[]/.test(operand))
    return TE.fromEither(
      pipe(
        parsed(operand),
        E.mapLeft((message) => failure(`CASE is not JSON: ${message}`)),
        E.chain((json) => read('CASE', [json].flat().flatMap(caseIn))),
      ),
    );
  const [, before, line] = /^(.+):(\d+)$/.exec(operand) ?? [];
  const path = before !== undefined && !existsSync(operand) ? before : operand;
  const at = path === operand ? undefined : Number(line);
  return pipe(
    readText(path),
    TE.chainEitherK((text) => casesIn(path, text, at)),
    TE.chainEitherK((cases) => read(operand, cases)),
  );
};
