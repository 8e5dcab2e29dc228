import { closeSync, constants, openSync, writeFileSync } from 'node:fs';
import * as E from 'fp-ts/lib/Either.js';
import { jsonLine } from '../../oracle/report/text.ts';
import { type Failure, failure } from './command.ts';

/** Takes one line of a report. */
export type Record = (line: object) => void;

/** Where the machine-readable report goes, each line as soon as it is known. */
export interface Recorder {
  readonly record: Record;
  /** Closes the report. @returns what went wrong with it. */
  readonly finish: () => Failure | undefined;
}

const STDOUT = 1;
/** Appended to, so that reports of two checks into one file leave its lines whole. */
const WRITE = constants.O_WRONLY | constants.O_CREAT | constants.O_TRUNC | constants.O_APPEND;

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
  if (file === undefined) return E.right({ record: () => {}, finish: () => undefined });
  let report = STDOUT;
  // Once: who reads a pipe would take its first closing for the end. And not again where it is open: a file would be cut off.
  if (file !== '/dev/stdout')
    attempt(() => {
      report = openSync(file, WRITE);
    });
  if (problem !== undefined) return E.left(problem);
  return E.right({
    record: (line) => attempt(() => writeFileSync(report, jsonLine({ ...line }))),
    finish: () => {
      if (report !== STDOUT) attempt(() => closeSync(report));
      return problem;
    },
  });
};
