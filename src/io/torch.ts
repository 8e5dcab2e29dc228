import type * as E from 'fp-ts/lib/Either.js';
import type * as TE from 'fp-ts/lib/TaskEither.js';
import { showShape, size } from '../core/shape.ts';
import { adopt, type Tensor } from '../core/tensor.ts';
import type { ByteSource } from './byte-source.ts';
import type { InputError } from './error.ts';
import { describe, isDictionary, isTagged, type PickleValue, type TensorRef } from './pickle-value.ts';
import { allocateBytes, type RawTensor } from './raw-tensor.ts';
import { accept, attempt, attemptTask, refuse } from './refusal.ts';
import { viewBytes, viewElements } from './torch-tensor.ts';
import { unpickle } from './unpickle.ts';
import { glimpse, listed, quoted } from './wording.ts';
import { openZip, type ZipArchive } from './zip.ts';
import type { ZipEntry } from './zip-directory.ts';

export type { PickleValue, TensorRef } from './pickle-value.ts';

/** A checkpoint whose structure has been read; the numbers of its tensors are read when asked for. */
export interface TorchReader {
  /** What was saved: usually a dictionary. */
  readonly root: PickleValue;
  /** A tensor as float64. */
  readonly tensor: (ref: TensorRef) => TE.TaskEither<InputError, Tensor>;
  /** A tensor in its own type, row-major whatever its strides were. */
  readonly raw: (ref: TensorRef) => TE.TaskEither<InputError, RawTensor>;
}

const FORMAT = 'torch checkpoint';
const PICKLE_BYTES = 16 * 1024 * 1024;
const RE_SAVE = 're-save it with torch.save(torch.load(path, weights_only=True), path)';

/** Whether a file starts as one that `torch.save` or `torch.jit.save` writes today. */
export const looksLikeZip = (head: Uint8Array): boolean => head[0] === 0x50 && head[1] === 0x4b && (head[2] === 3 || head[2] === 5);

const refuseOther = (head: Uint8Array): never => {
  if (head[0] === 0x80 && head[2] === 0x8a && head[3] === 0x0a)
    return refuse(FORMAT, `this is the format of torch before 1.6 (not a zip archive), which is not read; ${RE_SAVE} in a newer torch`);
  if (head[0] === 0x80)
    return refuse(FORMAT, `this is a bare Python pickle, which is not read; load it in Python and save the state dict with torch.save`);
  return refuse(FORMAT, `not a file of torch.save: a zip archive is expected, it starts with ${glimpse(head)}`);
};

const pickleOf = (zip: ZipArchive): { readonly entry: ZipEntry; readonly folder: string } => {
  const entries = [...zip.entries.values()];
  const entry = entries.find(({ name }) => name === 'data.pkl' || /^[^/]+\/data\.pkl$/.test(name));
  if (entry === undefined)
    return refuse(
      FORMAT,
      `the archive has no data.pkl, so torch.save did not write it; it holds ${listed(
        entries.map(({ name }) => quoted(name)),
        5,
      )}`,
    );
  const folder = entry.name.slice(0, -'data.pkl'.length);
  if (zip.entries.has(`${folder}constants.pkl`))
    return refuse(
      FORMAT,
      'this is a TorchScript archive, which holds code; save the weights with torch.save(torch.jit.load(path).state_dict(), new_path)',
    );
  return { entry, folder };
};

const contents = async (zip: ZipArchive, entry: ZipEntry, limit: number): Promise<Uint8Array> => {
  if (entry.size > limit) return refuse(FORMAT, `${quoted(entry.name)} has ${entry.size} bytes, over the limit of ${limit}`);
  const { source, start } = await zip.open(entry);
  const bytes = allocateBytes(entry.size, quoted(entry.name));
  accept(await source.read(start, bytes)());
  return bytes;
};

/**
 * Reads the structure of a PyTorch checkpoint (`torch.save`, zip format) without running any of it: the pickle inside may build tensors,
 * dictionaries, lists, tuples, scalars, texts and `argparse.Namespace`, nothing else. Valid as long as `source` is.
 *
 * @returns `Left` for the formats of torch before 1.6 and of TorchScript (with how to re-save), for a pickle that names anything
 * else, for views that leave their storage, and for damaged archives. A view that repeats elements may take at most 32 MiB plus 16 times the file.
 * @example
 * await withFile('data/chelsea.png', openTorch)() // Left({ _tag: 'InputError', … })
 */
export const openTorch = (source: ByteSource): TE.TaskEither<InputError, TorchReader> =>
  attemptTask(async () => {
    const head = new Uint8Array(Math.min(source.size, 24));
    accept(await source.read(0, head)());
    if (!looksLikeZip(head)) return refuseOther(head);
    const zip = await openZip(source);
    const { entry, folder } = pickleOf(zip);
    const order = zip.entries.get(`${folder}byteorder`);
    if (order !== undefined && new TextDecoder().decode(await contents(zip, order, 16)) !== 'little')
      return refuse(FORMAT, `${quoted(order.name)} does not say "little"; ${RE_SAVE} on a little-endian machine`);
    const root = accept(unpickle(await contents(zip, entry, PICKLE_BYTES)));
    const stored = async (ref: TensorRef): Promise<{ readonly source: ByteSource; readonly start: number }> => {
      const name = `${folder}data/${ref.storage.key}`;
      const data = zip.entries.get(name) ?? refuse(FORMAT, `the archive has no ${quoted(name)}, which data.pkl refers to`);
      if (data.size !== ref.storage.bytes)
        return refuse(FORMAT, `${quoted(name)} has ${data.size} bytes, data.pkl says ${ref.storage.bytes}`);
      const limit = 32 * 1024 * 1024 + 16 * source.size;
      if (size(ref.shape) * 8 > limit)
        return refuse(
          FORMAT,
          `a tensor of shape ${showShape(ref.shape)} repeats the ${data.size} bytes of ${quoted(name)} beyond the limit of ${limit} bytes`,
        );
      return zip.open(data);
    };
    return {
      root,
      tensor: (ref) =>
        attemptTask(async () => {
          const place = await stored(ref);
          return adopt(ref.shape, await viewElements(ref, place.source, place.start));
        }),
      raw: (ref) =>
        attemptTask(async () => {
          const place = await stored(ref);
          return { dtype: ref.dtype, shape: ref.shape, bytes: await viewBytes(ref, place.source, place.start) };
        }),
    };
  });

/** Keys under which training scripts keep a state dict. */
const wrappers = ['model', 'state_dict', 'model_ema', 'state_dict_ema'] as const;

/**
 * The named tensors of a checkpoint: the dictionary itself, or the one under `model` (facebookresearch/deit), `state_dict` (timm) or the key asked for, such as
 * `model_ema`.
 *
 * @returns `Left` when there is none, or it holds something that is not a tensor; the message lists what there is.
 * @example
 * E.isLeft(stateDict(new Map([['model', new Map()]]))) // true
 */
export const stateDict = (root: PickleValue, wanted?: string): E.Either<InputError, ReadonlyMap<string, TensorRef>> =>
  attempt(() => {
    if (!isDictionary(root)) return refuse(FORMAT, `it holds ${describe(root)}, not a dictionary of tensors; save model.state_dict()`);
    const key = wanted ?? wrappers.find((name) => isDictionary(root.get(name)));
    const inner = key === undefined ? root : root.get(key);
    if (!isDictionary(inner))
      return refuse(FORMAT, `under ${quoted(key ?? '')} it holds ${describe(inner)}, not a dictionary; its keys are ${keysOf(root)}`);
    const out = new Map<string, TensorRef>();
    for (const [name, value] of inner) {
      if (typeof name !== 'string' || !isTagged(value, 'TensorRef'))
        return refuse(
          FORMAT,
          `${key === undefined ? 'it' : quoted(key)} is no state dict: ${typeof name === 'string' ? quoted(name) : describe(name)} is ${describe(value)}; its keys are ${keysOf(inner)}`,
        );
      out.set(name, value);
    }
    return out.size > 0 ? out : refuse(FORMAT, `${key === undefined ? 'the dictionary' : quoted(key)} is empty`);
  });

const keysOf = (dictionary: ReadonlyMap<PickleValue, PickleValue>): string =>
  listed(
    [...dictionary.keys()].map((key) => (typeof key === 'string' ? quoted(key) : describe(key))),
    8,
  );
