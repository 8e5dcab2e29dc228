import type * as TE from 'fp-ts/lib/TaskEither.js';
import { type Shape, showShape, size } from '../../core/tensor/shape.ts';
import { adopt, type Tensor } from '../../core/tensor/tensor.ts';
import type { ByteSink, ByteSource } from '../bytes/byte-source.ts';
import { bytesOf, type DType, type FloatDType, widen } from '../bytes/dtype.ts';
import { allocate, allocateBytes, checkExact, fromTensor, type RawTensor } from '../bytes/raw-tensor.ts';
import type { InputError } from '../error/error.ts';
import { accept, attemptTask, refuse } from '../error/refusal.ts';
import { quoted } from '../error/wording.ts';
import { buildHeader } from './build.ts';
import { checkedBytes } from './codec.ts';
import { type Header, type HeaderLimits, parseHeader, parseLength, type TensorEntry } from './header.ts';

const PIECE = 1024 * 1024;

/** A safetensors file whose header has been read and whose tensors are read one at a time, each straight to its final place. */
export interface SafeReader {
  readonly header: Header;
  /**
   * The bytes of one tensor, as stored. `Left` when the file has no tensor of that name, here and below, or when the engine has no array of that
   * length: in Node 20 one array holds at most 4 GiB.
   */
  readonly raw: (name: string) => TE.TaskEither<InputError, RawTensor>;
  /** One tensor as float64, widened a piece at a time, so that the file's form of it is never held whole. */
  readonly tensor: (name: string) => TE.TaskEither<InputError, Tensor>;
}

/** Elements at a place of a source, widened to float64 through one buffer of a megabyte. */
export const readElements = async (
  source: ByteSource,
  position: number,
  dtype: DType,
  count: number,
  what: string,
): Promise<Float64Array> => {
  const out = allocate(count, what);
  const step = bytesOf(dtype);
  const piece = new Uint8Array(Math.min(PIECE, count * step));
  for (let done = 0; done < count; ) {
    const take = Math.min(PIECE / step, count - done);
    const bytes = piece.subarray(0, take * step);
    accept(await source.read(position + done * step, bytes)());
    widen(dtype, bytes, out, done);
    done += take;
  }
  checkExact(dtype, out, what);
  return out;
};

/**
 * Reads the header of a safetensors file; its tensors stay where they are until asked for. Valid as long as `source` is.
 *
 * @example
 * await writeSafetensors('z.safetensors', [tensorSource('z', tensor([1], [3]), 'BF16')])();
 * await withFile('z.safetensors', (file) => pipe(openSafetensors(file), TE.chain((reader) => reader.tensor('z'))))()
 * // Right({ shape: [1], data: [3] })
 */
export const openSafetensors = (source: ByteSource, limits: HeaderLimits = {}): TE.TaskEither<InputError, SafeReader> =>
  attemptTask(async () => {
    const first = new Uint8Array(Math.min(8, source.size));
    accept(await source.read(0, first)());
    const length = accept(parseLength(first, limits));
    if (length > source.size - 8)
      return refuse(
        'safetensors',
        `bytes 0..8 give a header of ${length} bytes, but the file has only ${source.size - 8} after them; it is cut off`,
      );
    const json = new Uint8Array(length);
    accept(await source.read(8, json)());
    const header = accept(parseHeader(json, source.size - 8 - length, limits));
    const byName = new Map(header.entries.map((entry) => [entry.name, entry]));
    const entryOf = (name: string): TensorEntry =>
      byName.get(name) ?? refuse('safetensors', `there is no tensor ${quoted(name)} in the file; it has ${byName.size} others`);
    const start = 8 + length;
    return {
      header,
      raw: (name) =>
        attemptTask(async () => {
          const { dtype, shape, begin, end } = entryOf(name);
          const bytes = allocateBytes(end - begin, `tensor ${quoted(name)}`);
          accept(await source.read(start + begin, bytes)());
          return { dtype, shape, bytes };
        }),
      tensor: (name) =>
        attemptTask(async () => {
          const { dtype, shape, begin } = entryOf(name);
          return adopt(
            shape,
            await readElements(source, start + begin, dtype, size(shape), `tensor ${quoted(name)} of ${dtype} ${showShape(shape)}`),
          );
        }),
    };
  });

/** A tensor to be written, whose bytes are made when its turn comes and dropped after it. */
export interface SafeSource {
  readonly name: string;
  readonly dtype: DType;
  readonly shape: Shape;
  /** Gives the tensor; another type or number of bytes than announced is refused when it is written. */
  readonly load: TE.TaskEither<InputError, RawTensor>;
}

/**
 * A tensor in memory, to be written under `name`: rounded to `dtype` (to nearest, ties to even) when its turn comes.
 *
 * @example
 * await tensorSource('third', tensor([1], [1 / 3]), 'BF16').load()
 * // right({ dtype: 'BF16', shape: [1], bytes: [0xab, 0x3e] })
 */
export const tensorSource = (name: string, tensor: Tensor, dtype: FloatDType = 'F64'): SafeSource => ({
  name,
  dtype,
  shape: tensor.shape,
  load: attemptTask(async () => fromTensor(tensor, dtype)),
});

/**
 * A tensor already in its file form, to be written under `name` as it is: for types that no float64 tensor is rounded to.
 *
 * @example
 * const steps = rawSource('steps', { dtype: 'I32', shape: [2], bytes: Uint8Array.of(5, 0, 0, 0, 255, 255, 255, 255) });
 * await writeSafetensors('steps.safetensors', [steps])();
 * await withSafetensors('steps.safetensors', (file) => file.tensor('steps'))() // right({ shape: [2], data: [5, -1] })
 */
export const rawSource = (name: string, raw: RawTensor): SafeSource => ({
  name,
  dtype: raw.dtype,
  shape: raw.shape,
  load: attemptTask(async () => raw),
});

/** Writes a safetensors file, one tensor at a time, so that no more than one is held in its file form; refuses inside an `attempt`. */
export const streamSafetensors = async (
  sink: ByteSink,
  sources: readonly SafeSource[],
  metadata: Readonly<Record<string, string>> = {},
  limits: HeaderLimits = {},
): Promise<void> => {
  const { bytes, header } = accept(buildHeader(sources, metadata, limits));
  const byName = new Map(sources.map((source) => [source.name, source]));
  await sink.write(bytes);
  for (const { name, dtype, shape } of header.entries) {
    const source = byName.get(name);
    if (source === undefined) continue;
    const raw = accept(await source.load());
    if (raw.dtype !== dtype) refuse('safetensors', `tensor ${quoted(name)} was announced as ${dtype} and came as ${raw.dtype}`);
    await sink.write(checkedBytes(name, { dtype, shape, bytes: raw.bytes }));
  }
};
