import type * as TE from 'fp-ts/lib/TaskEither.js';
import { size } from '../core/shape.ts';
import type { Floats, Tensor } from '../core/tensor.ts';
import type { ByteSource } from './byte-source.ts';
import type { InputError } from './error.ts';
import type { Weights } from './names.ts';
import { recordOf } from './record.ts';
import { accept, attemptTask, refuse } from './refusal.ts';
import { openSafetensors } from './safetensors-stream.ts';
import { looksLikeZip, openTorch, stateDict } from './torch.ts';
import { glimpse, quoted } from './wording.ts';

/** Which weights of a file to read. */
export interface WeightsChoice {
  /** Key of the state dict in a training checkpoint, such as `model_ema`. @defaultValue `model`, `state_dict` or the file itself */
  readonly entry?: string;
}

/** Refuses a tensor with NaN or infinity in it, naming the first by its flat index. */
export const checkFinite = (name: string, data: Floats): void => {
  for (let i = 0; i < data.length; i++)
    if (!Number.isFinite(data[i]))
      refuse('weights', `tensor ${quoted(name)} holds ${data[i]} at flat index ${i}; these weights cannot be used`);
};

const finite = (name: string, tensor: Tensor): readonly [string, Tensor] => {
  checkFinite(name, tensor.data);
  return [name, tensor];
};

const fromSafetensors = async (source: ByteSource): Promise<Weights> => {
  const reader = accept(await openSafetensors(source)());
  const out: (readonly [string, Tensor])[] = [];
  for (const { name } of reader.header.entries) out.push(finite(name, accept(await reader.tensor(name)())));
  return recordOf(out);
};

const fromTorch = async (source: ByteSource, entry: string | undefined): Promise<Weights> => {
  const reader = accept(await openTorch(source)());
  const refs = [...accept(stateDict(reader.root, entry))];
  // Tensors may share one storage, so a small file can ask for much memory: bound the sum before reading any.
  const wanted = refs.reduce((n, [, { shape }]) => n + 8 * size(shape), 0);
  const limit = 32 * 1024 * 1024 + 16 * source.size;
  if (wanted > limit)
    refuse('weights', `${refs.length} tensors that share their storage take ${wanted} bytes, over the limit of ${limit} for this file`);
  const out: (readonly [string, Tensor])[] = [];
  for (const [name, ref] of refs) out.push(finite(name, accept(await reader.tensor(ref)())));
  return recordOf(out);
};

/**
 * The weights of a safetensors file or a PyTorch checkpoint, told apart by content, as float64 under the names that the file gives them (`toTimm` renames).
 * One tensor of the file is in memory at a time beside its float64 form.
 *
 * @returns `Left` for a file of another kind, a damaged one, and for NaN or infinity in a weight.
 * @example
 * readWeights(memorySource(new TextEncoder().encode('hello')))()
 * // left({ message: 'weights: neither a safetensors file nor a checkpoint of torch.save: it starts with "hello"', … })
 */
export const readWeights = (source: ByteSource, { entry }: WeightsChoice = {}): TE.TaskEither<InputError, Weights> =>
  attemptTask(async () => {
    const head = new Uint8Array(Math.min(source.size, 24));
    accept(await source.read(0, head)());
    if (looksLikeZip(head) || head[0] === 0x80) return fromTorch(source, entry);
    if (head[8] === '{'.charCodeAt(0)) return fromSafetensors(source);
    const what = new TextDecoder().decode(head).startsWith('version https://git-lfs')
      ? 'a Git LFS pointer, not the file itself; fetch it with git lfs pull'
      : `it starts with ${glimpse(head)}`;
    return refuse('weights', `neither a safetensors file nor a checkpoint of torch.save: ${source.size === 0 ? 'it is empty' : what}`);
  });
