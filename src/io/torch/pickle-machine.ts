import { refuse } from '../error/refusal.ts';
import { describe, isTagged, type Namespace, type PickleValue } from './pickle-value.ts';

const FORMAT = 'torch checkpoint';
/** What separates the values of one container from those below it. */
export const MARK = Symbol('mark');
export type Slot = PickleValue | typeof MARK;

/** The stack machine that a pickle is a program for. It lives and dies inside `unpickle`. */
export interface Machine {
  readonly bytes: Uint8Array;
  readonly view: DataView;
  at: number;
  readonly stack: Slot[];
  readonly memo: Map<number, PickleValue>;
  /** Memory that the values may still take, in bytes, counted generously. */
  left: number;
}

/** Charges memory to the budget. */
export const spend = (m: Machine, bytes: number): void => {
  m.left -= bytes;
  if (m.left < 0) refuse(FORMAT, `data.pkl describes too many values by byte ${m.at}; a checkpoint of weights stays far below this`);
};

/** Moves over bytes that must be there; gives where they start. */
export const take = (m: Machine, length: number): number => {
  const at = m.at;
  if (length > m.bytes.length - at)
    refuse(FORMAT, `data.pkl ends at byte ${m.bytes.length}, inside what starts at byte ${at}; it is cut off`);
  m.at += length;
  return at;
};

export const u8 = (m: Machine): number => m.view.getUint8(take(m, 1));
export const u32 = (m: Machine): number => m.view.getUint32(take(m, 4), true);
const utf8 = new TextDecoder('utf-8', { fatal: true });

/** A text of so many bytes of UTF-8. */
export const text = (m: Machine, length: number): string => {
  const at = take(m, length);
  spend(m, 32 + 2 * length);
  try {
    return utf8.decode(m.bytes.subarray(at, at + length));
  } catch {
    return refuse(FORMAT, `the text at bytes ${at}..${at + length} of data.pkl is not UTF-8`);
  }
};

/** A name that ends with the line. */
export const line = (m: Machine): string => {
  const end = m.bytes.indexOf(10, m.at);
  if (end < 0 || end - m.at > 200) return refuse(FORMAT, `the name at byte ${m.at} of data.pkl has no end`);
  const out = text(m, end - m.at);
  m.at = end + 1;
  return out;
};

/** The value on top, which must not be a mark. */
export const pop = (m: Machine): PickleValue => {
  const value = m.stack.pop();
  return value === undefined || value === MARK
    ? refuse(FORMAT, `data.pkl is damaged: byte ${m.at - 1} needs a value that is not there`)
    : value;
};

/** The value on top, left there. */
export const top = (m: Machine): PickleValue => {
  const value = pop(m);
  m.stack.push(value);
  return value;
};

/** Everything above the last mark, in order. */
export const popMarked = (m: Machine): PickleValue[] => {
  const mark = m.stack.lastIndexOf(MARK);
  if (mark < 0) return refuse(FORMAT, `data.pkl is damaged: byte ${m.at - 1} needs a mark that is not there`);
  const out = m.stack.splice(mark).slice(1) as PickleValue[];
  spend(m, 64 + 8 * out.length);
  return out;
};

/** The values on top, in the order they were pushed. */
export const popTuple = (m: Machine, length: number): readonly PickleValue[] => {
  spend(m, 64);
  const out = new Array<PickleValue>(length);
  for (let i = length - 1; i >= 0; i--) out[i] = pop(m);
  return out;
};

/** Keys and values into the dictionary on top. */
export const setItems = (m: Machine, items: readonly PickleValue[]): void => {
  const target = top(m);
  if (!(target instanceof Map) || items.length % 2 === 1)
    refuse(FORMAT, `byte ${m.at - 1} of data.pkl sets ${items.length} keys and values in ${describe(target)}`);
  spend(m, 48 * items.length);
  for (let i = 0; i < items.length; i += 2) target.set(items[i], items[i + 1]);
};

/** Items onto the list on top. */
export const append = (m: Machine, items: readonly PickleValue[]): void => {
  const target = top(m);
  if (!Array.isArray(target)) refuse(FORMAT, `byte ${m.at - 1} of data.pkl appends to ${describe(target)}`);
  for (const item of items) target.push(item);
};

/** Gives an object its state: a namespace its fields. An OrderedDict's `_metadata`, the state of an opaque object and the like are left out. */
export const build = (m: Machine): void => {
  const state = pop(m);
  const target = top(m);
  if (isTagged(target, 'Opaque')) return;
  if (!(state instanceof Map)) refuse(FORMAT, `byte ${m.at - 1} of data.pkl gives ${describe(target)} a state that is ${describe(state)}`);
  if (target instanceof Map) return;
  if (!isTagged(target, 'Namespace')) refuse(FORMAT, `byte ${m.at - 1} of data.pkl gives a state to ${describe(target)}`);
  Object.assign(target, { fields: state } satisfies Partial<Namespace>);
};

/** A two's complement integer of so many bytes, little-endian. */
export const integer = (m: Machine, length: number): number | bigint => {
  if (length > 255) return refuse(FORMAT, `byte ${m.at} of data.pkl has an integer of ${length} bytes`);
  const at = take(m, length);
  let value = 0n;
  for (let i = length - 1; i >= 0; i--) value = (value << 8n) | BigInt(m.bytes[at + i] as number);
  const signed = BigInt.asIntN(8 * length, value);
  return signed >= BigInt(Number.MIN_SAFE_INTEGER) && signed <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(signed) : signed;
};

export const remember = (m: Machine, key: number): void => {
  spend(m, 48);
  m.memo.set(key, top(m));
};

export const recall = (m: Machine, key: number): PickleValue => {
  const value = m.memo.get(key);
  return value === undefined ? refuse(FORMAT, `data.pkl is damaged: byte ${m.at - 1} recalls value ${key}, which was never stored`) : value;
};
