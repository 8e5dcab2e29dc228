import type * as E from 'fp-ts/lib/Either.js';
import type { InputError } from './error.ts';
import { describe, isTagged, type Namespace, type PickleValue } from './pickle-value.ts';
import { attempt, refuse } from './refusal.ts';
import { allowed, construct, storageOf } from './torch-globals.ts';
import { quoted } from './wording.ts';

const FORMAT = 'torch checkpoint';
const MARK = Symbol('mark');
type Slot = PickleValue | typeof MARK;

/** The stack machine that a pickle is a program for. It lives and dies inside `unpickle`. */
interface Machine {
  readonly bytes: Uint8Array;
  readonly view: DataView;
  at: number;
  readonly stack: Slot[];
  readonly memo: Map<number, PickleValue>;
  /** Memory that the values may still take, in bytes, counted generously. */
  left: number;
}

const spend = (m: Machine, bytes: number): void => {
  m.left -= bytes;
  if (m.left < 0) refuse(FORMAT, `data.pkl describes too many values by byte ${m.at}; a checkpoint of weights stays far below this`);
};

const take = (m: Machine, length: number): number => {
  const at = m.at;
  if (length > m.bytes.length - at)
    refuse(FORMAT, `data.pkl ends at byte ${m.bytes.length}, inside what starts at byte ${at}; it is cut off`);
  m.at += length;
  return at;
};

const u8 = (m: Machine): number => m.view.getUint8(take(m, 1));
const u32 = (m: Machine): number => m.view.getUint32(take(m, 4), true);
const utf8 = new TextDecoder('utf-8', { fatal: true });

const text = (m: Machine, length: number): string => {
  const at = take(m, length);
  spend(m, 32 + 2 * length);
  try {
    return utf8.decode(m.bytes.subarray(at, at + length));
  } catch {
    return refuse(FORMAT, `the text at bytes ${at}..${at + length} of data.pkl is not UTF-8`);
  }
};

const line = (m: Machine): string => {
  const end = m.bytes.indexOf(10, m.at);
  if (end < 0 || end - m.at > 200) return refuse(FORMAT, `the name at byte ${m.at} of data.pkl has no end`);
  const out = text(m, end - m.at);
  m.at = end + 1;
  return out;
};

const pop = (m: Machine): PickleValue => {
  const value = m.stack.pop();
  return value === undefined || value === MARK
    ? refuse(FORMAT, `data.pkl is damaged: byte ${m.at - 1} needs a value that is not there`)
    : value;
};

const top = (m: Machine): PickleValue => {
  const value = pop(m);
  m.stack.push(value);
  return value;
};

/** Everything above the last mark, in order. */
const popMarked = (m: Machine): PickleValue[] => {
  const mark = m.stack.lastIndexOf(MARK);
  if (mark < 0) return refuse(FORMAT, `data.pkl is damaged: byte ${m.at - 1} needs a mark that is not there`);
  const out = m.stack.splice(mark).slice(1) as PickleValue[];
  spend(m, 64 + 8 * out.length);
  return out;
};

const popTuple = (m: Machine, length: number): readonly PickleValue[] => {
  spend(m, 64);
  const out = new Array<PickleValue>(length);
  for (let i = length - 1; i >= 0; i--) out[i] = pop(m);
  return out;
};

const setItems = (m: Machine, items: readonly PickleValue[]): void => {
  const target = top(m);
  if (!(target instanceof Map) || items.length % 2 === 1)
    refuse(FORMAT, `byte ${m.at - 1} of data.pkl sets ${items.length} keys and values in ${describe(target)}`);
  spend(m, 48 * items.length);
  for (let i = 0; i < items.length; i += 2) target.set(items[i], items[i + 1]);
};

const append = (m: Machine, items: readonly PickleValue[]): void => {
  const target = top(m);
  if (!Array.isArray(target)) refuse(FORMAT, `byte ${m.at - 1} of data.pkl appends to ${describe(target)}`);
  for (const item of items) target.push(item);
};

/** Gives an object its state: a namespace its fields. An OrderedDict's `_metadata` and the like are left out. */
const build = (m: Machine): void => {
  const state = pop(m);
  const target = top(m);
  if (!(state instanceof Map)) refuse(FORMAT, `byte ${m.at - 1} of data.pkl gives ${describe(target)} a state that is ${describe(state)}`);
  if (target instanceof Map) return;
  if (!isTagged(target, 'Namespace')) refuse(FORMAT, `byte ${m.at - 1} of data.pkl gives a state to ${describe(target)}`);
  Object.assign(target, { fields: state } satisfies Partial<Namespace>);
};

const integer = (m: Machine, length: number): number | bigint => {
  if (length > 255) return refuse(FORMAT, `byte ${m.at} of data.pkl has an integer of ${length} bytes`);
  const at = take(m, length);
  let value = 0n;
  for (let i = length - 1; i >= 0; i--) value = (value << 8n) | BigInt(m.bytes[at + i] as number);
  const signed = BigInt.asIntN(8 * length, value);
  return signed >= BigInt(Number.MIN_SAFE_INTEGER) && signed <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(signed) : signed;
};

const remember = (m: Machine, key: number): void => {
  spend(m, 48);
  m.memo.set(key, top(m));
};

const recall = (m: Machine, key: number): PickleValue => {
  const value = m.memo.get(key);
  return value === undefined ? refuse(FORMAT, `data.pkl is damaged: byte ${m.at - 1} recalls value ${key}, which was never stored`) : value;
};

const protocol = (m: Machine): void => {
  const version = u8(m);
  if (version < 2 || version > 5) refuse(FORMAT, `data.pkl is of pickle protocol ${version}; 2 to 5 are read`);
};

const called = (m: Machine): PickleValue => {
  const args = pop(m);
  return construct(pop(m), args, m.at - 1);
};

const stackGlobal = (m: Machine): PickleValue => {
  const name = pop(m);
  const module = pop(m);
  if (typeof name !== 'string' || typeof module !== 'string')
    return refuse(FORMAT, `byte ${m.at - 1} of data.pkl names something by ${describe(name)}`);
  return allowed(`${module}.${name}`, m.at - 1);
};

/** What an opcode pushes; `undefined` for those that push nothing. Opcodes that are not here are refused. */
const opcodes: Readonly<Record<number, (m: Machine) => Slot | undefined>> = {
  128: (m) => void protocol(m),
  149: (m) => void take(m, 8), // FRAME: only a hint for buffering
  40: () => MARK,
  48: (m) => void pop(m),
  49: (m) => void popMarked(m),
  50: (m) => top(m),
  78: () => null,
  136: () => true,
  137: () => false,
  75: (m) => u8(m),
  77: (m) => m.view.getUint16(take(m, 2), true),
  74: (m) => m.view.getInt32(take(m, 4), true),
  138: (m) => integer(m, u8(m)),
  139: (m) => integer(m, u32(m)),
  71: (m) => m.view.getFloat64(take(m, 8)),
  88: (m) => text(m, u32(m)),
  140: (m) => text(m, u8(m)),
  125: (m) => {
    spend(m, 256);
    return new Map();
  },
  93: (m) => {
    spend(m, 64);
    return [];
  },
  41: (m) => {
    spend(m, 64);
    return [];
  },
  133: (m) => popTuple(m, 1),
  134: (m) => popTuple(m, 2),
  135: (m) => popTuple(m, 3),
  116: (m) => popMarked(m),
  115: (m) => void setItems(m, popTuple(m, 2)),
  117: (m) => void setItems(m, popMarked(m)),
  97: (m) => void append(m, popTuple(m, 1)),
  101: (m) => void append(m, popMarked(m)),
  113: (m) => void remember(m, u8(m)),
  114: (m) => void remember(m, u32(m)),
  148: (m) => void remember(m, m.memo.size),
  104: (m) => recall(m, u8(m)),
  106: (m) => recall(m, u32(m)),
  99: (m) => {
    const at = m.at - 1;
    const module = line(m);
    return allowed(`${module}.${line(m)}`, at);
  },
  147: (m) => stackGlobal(m),
  82: (m) => {
    spend(m, 1536);
    return called(m);
  },
  129: (m) => {
    spend(m, 1536);
    return called(m);
  },
  98: (m) => void build(m),
  81: (m) => {
    spend(m, 128);
    return storageOf(pop(m), m.at - 1);
  },
};

const STOP = 0x2e;

/**
 * Reads a pickle as data. It builds numbers, texts, lists, tuples, dictionaries, tensors and `argparse.Namespace`; it runs nothing, and a pickle that
 * names anything else is refused with that name.
 *
 * @param budget memory that the values may take, in bytes. @defaultValue 32 MiB
 * @returns `Left` with the byte at which the pickle went wrong.
 * Source: Python's pickle protocols 2 to 5, cpython: Lib/pickletools.py.
 */
export const unpickle = (bytes: Uint8Array, budget = 32 * 1024 * 1024): E.Either<InputError, PickleValue> =>
  attempt(() => {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const m: Machine = { bytes, view, at: 0, stack: [], memo: new Map(), left: budget };
    if (bytes[0] !== 0x80) return refuse(FORMAT, 'data.pkl does not start as a pickle of protocol 2 or later; it is damaged');
    for (;;) {
      const at = m.at;
      const code = u8(m);
      if (code === STOP) break;
      const step = opcodes[code];
      if (step === undefined)
        return refuse(
          FORMAT,
          `byte ${at} of data.pkl is ${quoted(`0x${code.toString(16)}`)}, an instruction that no tensor or container needs`,
        );
      spend(m, 16);
      const value = step(m);
      if (value !== undefined) m.stack.push(value);
    }
    const root = pop(m);
    return m.stack.length === 0 ? root : refuse(FORMAT, 'data.pkl is damaged: it leaves values behind');
  });
