import * as E from 'fp-ts/lib/Either.js';
import type { DType } from '../../io/bytes/dtype.ts';
import type { RawTensor } from '../../io/bytes/raw-tensor.ts';
import { buildHeader, type Header, parseHeader } from '../../io/safetensors/codec.ts';
import { byteReader } from './byte-reader.ts';
import { refusedHeader } from './refused-header.ts';

/** A stream that does not speak the protocol, or breaks off; or one frame of it that is wrong. */
export interface ProtocolError {
  readonly _tag: 'ProtocolError';
  readonly message: string;
  /** Where the frame's end was known and its bytes were passed over: the stream can be read on. The request's id, if it has one. */
  readonly skipped?: { readonly id?: string };
  /** What there is too little of, where that is the reason. */
  readonly lack?: 'memory';
}
const protocolError = (message: string, lack?: ProtocolError['lack']): ProtocolError => ({
  _tag: 'ProtocolError',
  message: `protocol-error: ${message}`,
  ...(lack === undefined ? {} : { lack }),
});

/** One message: texts by key, tensors by name. */
export interface Frame {
  readonly meta: Readonly<Record<string, string>>;
  readonly tensors: Readonly<Record<string, RawTensor>>;
}

/** Hard limits of a frame, checked before memory is allocated for what it announces. */
export const FRAME_LIMITS = { headerBytes: 16 * 1024 * 1024, dataBytes: 4 * 1024 * 1024 * 1024 } as const;

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
  /** The next frame, `undefined` at the end of the stream. After a `Left` that is not `skipped` the stream cannot be read on. */
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
  /** An error whose frame ends after `count` more bytes: they are passed over, so that the next frame can be read. */
  const passedOver = async (error: ProtocolError, count: number, id: string | undefined): Promise<E.Either<ProtocolError, never>> => {
    const whole = (await reader.skip(count)) === count;
    return E.left(whole ? { ...error, skipped: id === undefined ? {} : { id } } : error);
  };
  const data = async ({ entries, metadata, dataLength }: Header): Promise<E.Either<ProtocolError, Frame>> => {
    const tensors: Record<string, RawTensor> = Object.create(null);
    for (const { name, dtype, shape, begin, end } of entries) {
      const bytes = allocated(end - begin);
      if (bytes === undefined) {
        const message = `tensor ${name} takes ${end - begin} bytes, more than can be allocated here`;
        return passedOver(protocolError(message, 'memory'), dataLength - begin, metadata.id);
      }
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
    // No text ends its first eight bytes with a zero, and every length within reason does.
    if (got < 8 || first[7] !== 0) return polluted(reader.ahead());
    const length = Number(new DataView(first.buffer).getBigUint64(0, true));
    const { headerBytes } = FRAME_LIMITS;
    if (length > headerBytes)
      return E.left(
        protocolError(
          `the first 8 bytes give a header of ${length} bytes, over the limit of ${headerBytes} (${headerBytes / 2 ** 20} MiB)`,
        ),
      );
    if (length < 2) return E.left(protocolError(`the first 8 bytes give a header of ${length} bytes; the shortest header is {}`));
    const brace = new Uint8Array(1);
    if ((await reader.fill(brace)) < 1) return cut('the header', 0, length);
    if (brace[0] !== 0x7b) return polluted(Uint8Array.from([...brace, ...reader.ahead().subarray(0, 40)]));
    const json = new Uint8Array(length);
    json.set(brace);
    const read = await reader.fill(json.subarray(1));
    if (read < json.length - 1) return cut('the header', read + 1, json.length);
    const header = parseHeader(json, undefined, FRAME_LIMITS);
    if (E.isRight(header)) return data(header.right);
    const error = protocolError(header.left.message);
    const refused = refusedHeader(json, FRAME_LIMITS.dataBytes);
    return refused === undefined ? E.left(error) : passedOver(error, refused.bytes, refused.id);
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
