import type { TaskEither } from 'fp-ts/lib/TaskEither.js';
import type { Terminal } from './terminal.ts';

/** Exit codes of every command: 0 done or pass, 1 fail, 2 no plain pass under --strict, 3 nothing or less than half could be judged or done, 4 the oracle's self-check failed. */
export const EXIT = { pass: 0, fail: 1, suspect: 2, unusable: 3, self: 4 } as const;

/** Why a command gave up: one plain sentence, and the exit code. */
export interface Failure {
  readonly message: string;
  readonly exit: number;
  readonly cause?: unknown;
}

export const failure = (message: string, exit: number = EXIT.unusable, cause?: unknown): Failure => ({ message, exit, cause });

/** The number that decimal digits write, NaN for anything else: `''` is not 0, and `0x10` not 16. */
export const wholeNumber = (text: string | undefined): number => (/^\d+$/.test(text ?? '') ? Number(text) : Number.NaN);

/** One `--option`: a flag, or a text with what stands for it in the help. */
export interface Option {
  readonly describe: string;
  /** What the value is called in the help (`F`, `N`, `NAME`); a flag has none. */
  readonly value?: string;
  readonly initial?: string;
}

/** What was typed: options by name (flags are 'true'), and the rest in order. */
export interface Arguments {
  readonly options: Readonly<Record<string, string | undefined>>;
  readonly rest: readonly string[];
}

/** A command of `deit`: one file, one line in the table. */
export interface Command {
  readonly name: string;
  /** Its purpose in a few words. */
  readonly summary: string;
  /** How its operands stand: `IMAGE…`. */
  readonly operands?: string;
  readonly options: Readonly<Record<string, Option>>;
  /** A call that works, as it would be typed. */
  readonly example: string;
  readonly run: (args: Arguments, terminal: Terminal) => TaskEither<Failure, number>;
}
