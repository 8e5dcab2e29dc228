import * as E from 'fp-ts/lib/Either.js';
import type { DType } from '../io/dtype.ts';
import type { RawTensor } from '../io/raw-tensor.ts';
import { buildHeader, type Header, parseHeader, parseLength } from '../io/safetensors.ts';

/** A stream that does not speak the protocol, or breaks off. */
export interface ProtocolError {
  readonly _tag: 'ProtocolError';
  readonly message: string;
}
const protocolError = (message: string): ProtocolError => ({ _tag: 'ProtocolError', message: `protocol-error: ${message}` });

/** One message: texts by key, tensors by name. */
export interface Frame {
  readonly meta: Readonly<Record<string, string>>;
  readonly tensors: Readonly<Record<string, RawTensor>>;
}

/** Hard limits of a frame, checked before memory is allocated for what it announces. */
export const FRAME_LIMITS = { headerBytes: 16 * 1024 * 1024, dataBytes: 4 * 1024 * 1024 * 1024 } as const;

/** Bytes of a stream, any number at a time, each copied once to its final place. */
const byteReader = (chunks: AsyncIterator<Uint8Array>) => {
  let chunk: Uint8Array = new Uint8Array(0);
  /** Fills `into`; how many bytes there were. */
  const fill = async (into: Uint8Array): Promise<number> => {
    let done = 0;
    while (done < into.length) {
      if (chunk.length === 0) {
        const next = await chunks.next();
        if (next.done === true) break;
        chunk = next.value;
        continue;
      }
      const take = Math.min(chunk.length, into.length - done);
      into.set(chunk.subarray(0, take), done);
      chunk = chunk.subarray(take);
      done += take;
    }
    return done;
  };
  return { fill, ahead: (): Uint8Array => chunk };
};

/** What a stream holds instead of a frame, as text. */
const glimpse = (...parts: readonly Uint8Array[]): string => {
  const bytes = parts.flatMap((part) => [...part.subarray(0, 48)]).slice(0, 48);
  return JSON.stringify(new TextDecoder('utf8').decode(Uint8Array.from(bytes)));
};

/** Memory for what a checked header announces, or undefined where there is not so much. */
const allocated = (length: number): Uint8Array | undefined => {
  try {
    return new Uint8Array(length);
  } catch {
    return undefined;
  }
};

/** Frames of a stream, one after another. */
export interface FrameReader {
  /** The next frame, `undefined` at the end of the stream. After a `Left` the stream cannot be read on. */
  readonly next: () => Promise<E.Either<ProtocolError, Frame | undefined>>;
  /** Lets go of the stream: nothing more is read from it. */
  readonly close: () => Promise<void>;
}

/**
 * Reads frames: eight bytes of length, a JSON header, tensors. Every tensor's bytes are its own memory, aligned for any
 * type. Anything else on the stream, such as a stray `print`, is an error that quotes it.
 *
 * @example
 * const bytes = async function* () {
 *   yield new TextEncoder().encode('loading model...');
 * };
 * frameReader(bytes()).next().then(E.isLeft) // true
 */
export const frameReader = (chunks: AsyncIterable<Uint8Array>): FrameReader => {
  const iterator = chunks[Symbol.asyncIterator]();
  const reader = byteReader(iterator);
  const close = async (): Promise<void> => {
    await iterator.return?.();
  };
  const cut = (what: string, got: number, of: number): E.Either<ProtocolError, never> =>
    E.left(protocolError(`the stream ends after ${got} of the ${of} bytes of ${what}`));
  const data = async ({ entries, metadata }: Header): Promise<E.Either<ProtocolError, Frame>> => {
    const tensors: Record<string, RawTensor> = Object.create(null);
    for (const { name, dtype, shape, begin, end } of entries) {
      const bytes = allocated(end - begin);
      if (bytes === undefined) return E.left(protocolError(`tensor ${name} takes ${end - begin} bytes, more than can be allocated here`));
      const got = await reader.fill(bytes);
      if (got < bytes.length) return cut(`tensor ${name}`, got, bytes.length);
      tensors[name] = { dtype, shape, bytes };
    }
    return E.right({ meta: metadata, tensors });
  };
  const next: FrameReader['next'] = async () => {
    const first = new Uint8Array(8);
    const got = await reader.fill(first);
    if (got === 0) return E.right(undefined);
    const polluted = (more: Uint8Array): E.Either<ProtocolError, never> =>
      E.left(protocolError(`expected a frame, got ${glimpse(first.subarray(0, got), more)}`));
    const length = got < 8 ? undefined : parseLength(first, FRAME_LIMITS);
    if (length === undefined || E.isLeft(length)) return polluted(reader.ahead());
    const brace = new Uint8Array(1);
    if ((await reader.fill(brace)) < 1) return cut('the header', 0, length.right);
    if (brace[0] !== 0x7b) return polluted(Uint8Array.from([...brace, ...reader.ahead().subarray(0, 40)]));
    const json = new Uint8Array(length.right);
    json.set(brace);
    const read = await reader.fill(json.subarray(1));
    if (read < json.length - 1) return cut('the header', read + 1, json.length);
    const header = parseHeader(json, undefined, FRAME_LIMITS);
    return E.isLeft(header) ? E.left(protocolError(header.left.message)) : data(header.right);
  };
  return { next, close };
};

/**
 * The bytes of a frame in pieces, so that large tensors are not copied together.
 *
 * @returns `Left` when a name is used twice or the frame is over the limits.
 * @example
 * E.map((pieces) => pieces.length)(encodeFrame({ meta: { cmd: 'bye' }, tensors: {} })) // right(1)
 */
export const encodeFrame = ({ meta, tensors }: Frame): E.Either<ProtocolError, readonly Uint8Array[]> => {
  const declared = Object.entries(tensors).map(([name, { dtype, shape }]: [string, { dtype: DType; shape: readonly number[] }]) => ({
    name,
    dtype,
    shape,
  }));
  const built = buildHeader(declared, meta, FRAME_LIMITS);
  if (E.isLeft(built)) return E.left(protocolError(built.left.message));
  const { bytes, header } = built.right;
  return E.right([bytes, ...header.entries.filter(({ begin, end }) => end > begin).map(({ name }) => tensors[name].bytes)]);
};
