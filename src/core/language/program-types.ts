import type { Shaped } from '../tensor/shape.ts';
import type { Ops, Program } from './ops.ts';

declare const made: unique symbol;

/**
 * All that a program written on the spot knows of a value: it has a shape, and the interpreter made it. A tensor from elsewhere is none, so that it
 * cannot be returned in place of one.
 */
export interface InterpreterValue extends Shaped {
  readonly [made]: never;
}

/** The names in a record; any name, `string`, where one may be absent. */
export type NamesOf<R> = R extends Required<R> ? keyof R & string : string;

/** The names of a program's inputs `S`; any name where nothing is known of its outputs `R`, as of a plain `Program`. */
export type InputNames<S, R> = string extends NamesOf<R> ? string : NamesOf<S>;

/**
 * A program whose names the compiler infers: its inputs from the record `S` that stands beside it, its outputs from the record `R` that it returns. Every
 * `Program` is one whose inputs are among those of `S`. (Its results are not spelt with its own `T`: before TypeScript 5.6 that infers nothing.)
 */
export type ProgramOn<S, R> = <T extends InterpreterValue>(
  o: Ops<T>,
  inputs: { readonly [K in keyof S]: T },
) => R & { readonly [K in keyof R]: InterpreterValue };

/** The same program, as one that may be given any inputs: what runs it knows them by name only. */
export const ofAnyNames = <S, R>(program: ProgramOn<S, R>): Program => program as unknown as Program;
