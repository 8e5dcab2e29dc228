import * as E from 'fp-ts/lib/Either.js';
import { type EngineError, shortageIn, type Tensors } from '../../core/engine/engine.ts';
import type { InputError } from '../../io/error/error.ts';
import type { Frame } from './frame.ts';
import { LIMITS } from './hello.ts';
import { widened } from './wire.ts';

type Reply = { readonly status: 'ok' | 'skip' | 'error' | 'oom' } & Readonly<Record<string, string>>;
/** What is sent back. */
export interface Answer {
  readonly reply: Reply;
  readonly tensors?: Frame['tensors'];
}

/** An answer without tensors: why there are none. */
export const says = (status: Reply['status'], message: string): Answer => ({ reply: { status, message } });

/** A failure as the protocol names it: lack of memory apart from mistakes. */
const failed = (message: string, lack: EngineError['lack']): Answer => says(lack === 'memory' ? 'oom' : 'error', message);

/** What an engine says when it gives up. */
export const gaveUp = ({ message, lack }: EngineError): Answer => failed(message, lack);

/** What was thrown on the way, and where. */
export const threw = (thrown: unknown): Answer => {
  const error = thrown instanceof Error ? thrown : new Error(String(thrown));
  return { reply: { ...failed(error.message, shortageIn(error)).reply, traceback: error.stack ?? '' } };
};

/** The tensors of a request, or the answer that refuses them. */
export const taken = ({ tensors }: Frame): E.Either<Answer, Tensors> => {
  const deep = Object.entries(tensors).find(([, { shape }]) => shape.length > LIMITS.max_rank);
  if (deep !== undefined)
    return E.left(says('error', `tensor ${deep[0]} has ${deep[1].shape.length} axes, over the limit of ${LIMITS.max_rank}`));
  return E.mapLeft(({ format, message }: InputError) => failed(message, format === 'memory' ? format : undefined))(widened(tensors));
};
