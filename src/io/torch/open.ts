import type * as TE from 'fp-ts/lib/TaskEither.js';
import { showShape, size } from '../../core/tensor/shape.ts';
import { adopt, type Tensor } from '../../core/tensor/tensor.ts';
import { showList } from '../../core/text/show-value.ts';
import type { ByteSource } from '../bytes/byte-source.ts';
import { allocateBytes, type RawTensor } from '../bytes/raw-tensor.ts';
import type { InputError } from '../error/error.ts';
import { accept, attemptTask, refuse } from '../error/refusal.ts';
import { glimpse, quoted } from '../error/wording.ts';
import type { ZipEntry } from '../zip/directory.ts';
import { openZip, type ZipArchive } from '../zip/open.ts';
import type { PickleValue, TensorRef } from './pickle-value.ts';
import { viewBytes, viewElements } from './tensor.ts';
import { unpickle } from './unpickle.ts';

export type { PickleValue, TensorRef } from './pickle-value.ts';
export { stateDict } from './state-dict.ts';

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

const FRAME = 0x95;

/** Whether a file starts as torch before 1.6 wrote it: a pickle of torch's magic number, which protocol 4 puts in a frame. */
const looksLegacy = (head: Uint8Array): boolean => {
  const at = head[2] === FRAME ? 11 : 2;
  return head[0] === 0x80 && head[at] === 0x8a && head[at + 1] === 0x0a;
};

const refuseOther = (head: Uint8Array): never => {
  if (looksLegacy(head))
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
      `the archive has no data.pkl, so torch.save did not write it; it holds ${showList(
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
 * dictionaries, lists, tuples, sets, scalars, texts, `argparse.Namespace` and an `Opaque` for a few harmless objects, nothing else. Attributes of
 * tensors are left out. Valid as long as `source` is.
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
          `a tensor of shape ${showShape(ref.shape)}, made of the ${data.size} bytes of ${quoted(name)}, takes ${size(ref.shape) * 8} as float64, over the limit of ${limit} for a file of ${source.size}`,
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
