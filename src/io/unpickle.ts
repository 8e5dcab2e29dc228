import type * as E from 'fp-ts/lib/Either.js';
import type { InputError } from './error.ts';
import {
  append,
  build,
  integer,
  line,
  MARK,
  type Machine,
  pop,
  popMarked,
  popTuple,
  recall,
  remember,
  type Slot,
  setItems,
  spend,
  take,
  text,
  top,
  u8,
  u32,
} from './pickle-machine.ts';
import { describe, type PickleValue } from './pickle-value.ts';
import { attempt, refuse } from './refusal.ts';
import { allowed, construct, storageOf } from './torch-globals.ts';
import { quoted } from './wording.ts';

const FORMAT = 'torch checkpoint';

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
      spend(m, 24);
      const value = step(m);
      if (value !== undefined) m.stack.push(value);
    }
    const root = pop(m);
    return m.stack.length === 0 ? root : refuse(FORMAT, 'data.pkl is damaged: it leaves values behind');
  });
