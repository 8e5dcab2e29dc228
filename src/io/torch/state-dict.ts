import type * as E from 'fp-ts/lib/Either.js';
import { showList } from '../../core/text/show-value.ts';
import type { InputError } from '../error/error.ts';
import { attempt, refuse } from '../error/refusal.ts';
import { quoted } from '../error/wording.ts';
import { describe, isDictionary, isTagged, type PickleValue, type TensorRef } from './pickle-value.ts';

const FORMAT = 'torch checkpoint';

type Dictionary = ReadonlyMap<PickleValue, PickleValue>;

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
          `${key === undefined ? 'it' : quoted(key)} is not a state dict: ${typeof name === 'string' ? quoted(name) : describe(name)} is ${describe(value)}; ${advice(root, inner)}`,
        );
      out.set(name, value);
    }
    return out.size > 0 ? out : refuse(FORMAT, `${key === undefined ? 'the dictionary' : quoted(key)} is empty`);
  });

const isStateDict = (value: PickleValue): boolean =>
  isDictionary(value) && value.size > 0 && [...value].every(([name, tensor]) => typeof name === 'string' && isTagged(tensor, 'TensorRef'));

/** Where else the tensors may be: the entries of the checkpoint that are state dicts, or else the keys there are. */
const advice = (root: Dictionary, inner: Dictionary): string => {
  const entries = [...root].flatMap(([key, value]) => (typeof key === 'string' && isStateDict(value) ? [quoted(key)] : []));
  return entries.length === 0 ? `its keys are ${keysOf(inner)}` : `give the entry that does hold one: ${showList(entries, 8)}`;
};

const keysOf = (dictionary: Dictionary): string =>
  showList(
    [...dictionary.keys()].map((key) => (typeof key === 'string' ? quoted(key) : describe(key))),
    8,
  );
