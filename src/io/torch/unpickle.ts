import type * as E from 'fp-ts/lib/Either.js';
import type { InputError } from '../error/error.ts';
import { attempt, refuse } from '../error/refusal.ts';
import { quoted } from '../error/wording.ts';
import { type Machine, pop, spend, u8 } from './pickle-machine.ts';
import { opcodes } from './pickle-opcodes.ts';
import type { PickleValue } from './pickle-value.ts';

const FORMAT = 'torch checkpoint';
const STOP = 0x2e;

/**
 * Reads a pickle as data. It builds numbers, texts, lists, tuples, dictionaries, tensors and what stands for a few harmless objects; it runs nothing, and a
 * pickle that names anything else is refused with that name.
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
