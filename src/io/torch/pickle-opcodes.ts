import { refuse } from '../error/refusal.ts';
import { allowed, construct } from './globals.ts';
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
import { opaque } from './pickle-objects.ts';
import { describe, type PickleValue } from './pickle-value.ts';
import { storageOf } from './view.ts';

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

/** Bytes as Python would make them from a list of numbers. */
const bytesOf = (m: Machine, length: number): PickleValue => {
  const at = take(m, length);
  spend(m, 128 + 8 * length);
  return opaque('builtins.bytes')([Array.from(m.bytes.subarray(at, at + length))]);
};

/** What an opcode pushes; `undefined` for those that push nothing. Opcodes that are not here are refused. */
export const opcodes: Readonly<Record<number, (m: Machine) => Slot | undefined>> = {
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
  67: (m) => bytesOf(m, u8(m)),
  66: (m) => bytesOf(m, u32(m)),
  116: (m) => popMarked(m),
  143: (m) => {
    spend(m, 64);
    return [];
  },
  145: (m) => popMarked(m),
  144: (m) => void append(m, popMarked(m)),
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
