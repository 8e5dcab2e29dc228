import { appendFileSync, writeFileSync } from 'node:fs';
import * as E from 'fp-ts/lib/Either.js';
import { jsonLine } from '../oracle/report.ts';
import { type Failure, failure } from './command.ts';

/** Takes one line of a report. */
export type Record = (line: object) => void;

/** Where the machine-readable report goes, each line as soon as it is known, and what went wrong there. */
export interface Recorder {
  readonly record: Record;
  readonly problem: () => Failure | undefined;
}

/** A recorder into a file, or into nothing. */
export const recorder = (file: string | undefined): E.Either<Failure, Recorder> => {
  let problem: Failure | undefined;
  const attempt = (write: () => void): void => {
    if (problem !== undefined) return;
    try {
      write();
    } catch (reason) {
      problem = failure(`--json ${file} cannot be written: ${(reason as Error).message}`, undefined, reason);
    }
  };
  if (file === undefined) return E.right({ record: () => {}, problem: () => undefined });
  attempt(() => writeFileSync(file, ''));
  return problem === undefined
    ? E.right({ record: (line) => attempt(() => appendFileSync(file, jsonLine({ ...line }))), problem: () => problem })
    : E.left(problem);
};
