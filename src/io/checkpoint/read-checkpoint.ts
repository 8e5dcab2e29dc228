import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { size } from '../../core/tensor/shape.ts';
import type { Floats, Tensor } from '../../core/tensor/tensor.ts';
import type { ByteSource } from '../bytes/byte-source.ts';
import type { InputError } from '../error/error.ts';
import { recordOf } from '../error/record.ts';
import { accept, attemptTask, refuse } from '../error/refusal.ts';
import { glimpse, quoted } from '../error/wording.ts';
import type { Weights } from '../naming/rename.ts';
import { openSafetensors } from '../safetensors/stream.ts';
import { looksLikeZip, openTorch, stateDict } from '../torch/open.ts';

/** Which weights of a file to read. */
export interface WeightsChoice {
  /** Key of the state dict in a checkpoint of `torch.save`, such as `model_ema`. @defaultValue `model`, `state_dict` or the file itself */
  readonly entry?: string;
}

/** What a file of weights holds. */
export interface Checkpoint {
  readonly weights: Weights;
  /** The texts of a safetensors file, among which may be what `metadataConfig` reads; none for a checkpoint of `torch.save`. */
  readonly metadata: Readonly<Record<string, string>>;
}

/** Flat index of the first NaN or infinity; -1 when there is none. */
export const firstNotFinite = (data: Floats): number => {
  for (let i = 0; i < data.length; i++) if (!Number.isFinite(data[i])) return i;
  return -1;
};

/** Refuses a tensor with NaN or infinity in it, naming the first by its flat index. */
export const checkFinite = (name: string, data: Floats): void => {
  const at = firstNotFinite(data);
  if (at >= 0) refuse('tensor', `${quoted(name)} holds ${data[at]} at flat index ${at}; only finite numbers can be computed with`);
};

const finite = (name: string, tensor: Tensor): readonly [string, Tensor] => {
  checkFinite(name, tensor.data);
  return [name, tensor];
};

const fromSafetensors = async (source: ByteSource): Promise<Checkpoint> => {
  const reader = accept(await openSafetensors(source)());
  const out: (readonly [string, Tensor])[] = [];
  for (const { name } of reader.header.entries) out.push(finite(name, accept(await reader.tensor(name)())));
  return { weights: recordOf(out), metadata: reader.header.metadata };
};

const fromTorch = async (source: ByteSource, entry: string | undefined): Promise<Checkpoint> => {
  const reader = accept(await openTorch(source)());
  const refs = [...accept(stateDict(reader.root, entry))];
  // Tensors may share one storage, so a small file can ask for much memory: bound the sum before reading any.
  const wanted = refs.reduce((n, [, { shape }]) => n + 8 * size(shape), 0);
  const limit = 32 * 1024 * 1024 + 16 * source.size;
  if (wanted > limit)
    refuse(
      'weights',
      `the tensors take ${wanted} bytes as float64, over the limit of ${limit} for a file of ${source.size}; save a clone of each, uncompressed`,
    );
  const out: (readonly [string, Tensor])[] = [];
  for (const [name, ref] of refs) out.push(finite(name, accept(await reader.tensor(ref)())));
  return { weights: recordOf(out), metadata: recordOf([]) };
};

/** Whether a file starts as safetensors: a length whose high half is zero, then JSON. No pickle or zip archive has both, whatever its first bytes are. */
const looksLikeSafetensors = (head: Uint8Array): boolean =>
  head[8] === '{'.charCodeAt(0) && head.subarray(4, 8).every((byte) => byte === 0);

/**
 * The weights of a safetensors file or a PyTorch checkpoint, told apart by content, as float64 under the names that the file gives them (`toTimm` renames),
 * and the texts beside them. One tensor of the file is in memory at a time beside its float64 form.
 *
 * @returns `Left` for a file of another kind, a damaged one, and for NaN or infinity in a weight.
 * @example
 * import { encodeSafetensors } from 'deit-oracle/io';
 * const file = encodeSafetensors({ w: fromTensor(tensor([1], [2]), 'F32') }, { heads: '4' });
 * pipe(TE.fromEither(file), TE.chain((bytes) => readCheckpoint(memorySource(bytes))), TE.map(({ metadata }) => metadata.heads))() // right('4')
 */
export const readCheckpoint = (source: ByteSource, { entry }: WeightsChoice = {}): TE.TaskEither<InputError, Checkpoint> =>
  attemptTask(async () => {
    const head = new Uint8Array(Math.min(source.size, 24));
    accept(await source.read(0, head)());
    if (looksLikeSafetensors(head))
      return entry === undefined
        ? fromSafetensors(source)
        : refuse('weights', `a safetensors file holds one set of tensors and no entry ${quoted(entry)}; leave the entry out`);
    if (looksLikeZip(head) || head[0] === 0x80) return fromTorch(source, entry);
    const what = new TextDecoder().decode(head).startsWith('version https://git-lfs')
      ? 'a Git LFS pointer, not the file itself; fetch it with git lfs pull'
      : `it starts with ${glimpse(head)}`;
    return refuse('weights', `neither a safetensors file nor a checkpoint of torch.save: ${source.size === 0 ? 'it is empty' : what}`);
  });

/**
 * The weights of `readCheckpoint` by themselves.
 *
 * @returns `Left` for a file of another kind, a damaged one, and for NaN or infinity in a weight.
 * @example
 * readWeights(memorySource(new TextEncoder().encode('hello')))()
 * // left({ message: 'weights: neither a safetensors file nor a checkpoint of torch.save: it starts with "hello"', … })
 */
export const readWeights = (source: ByteSource, choice: WeightsChoice = {}): TE.TaskEither<InputError, Weights> =>
  pipe(
    readCheckpoint(source, choice),
    TE.map(({ weights }) => weights),
  );
