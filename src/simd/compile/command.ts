import * as layout from '../kernels/layout.ts';
import * as code from '../kernels/operations.ts';

/** An address that is known once memory is laid out: an element of a buffer. */
export interface Place {
  readonly buffer: number;
  /** In elements. */
  readonly offset: number;
}

/** A word of a command. */
export type Word = number | Place;

/** A value for every word that `kernels/layout.ts` names `PREFIX_…`: a missing one does not compile. */
export type ByWord<Prefix extends string, A> = {
  readonly [Name in Extract<keyof typeof layout, `${Prefix}_${string}`> as (typeof layout)[Name]]: A;
};

/** The words of a kernel. */
export type Words<Kernel extends string> = ByWord<Kernel, Word>;

/** One call of a kernel. */
export interface Command {
  readonly operation: number;
  /** The second choice inside the operation. */
  readonly kind?: number;
  readonly factor?: number;
  /** What the kernel reads besides, by where it stands. */
  readonly words: Readonly<Record<number, Word | undefined>>;
}

const MOST_WORDS = layout.COMMAND_BYTES / 4;

/** Commands that share their division into tasks; task t of each is done before the next command's task t, by the same thread. */
export interface Stage {
  readonly commands: readonly Command[];
  readonly tasks: number;
}

/** The places a stage touches. */
export const places = ({ commands }: Stage): readonly Place[] => {
  const found: Place[] = [];
  for (const { words } of commands)
    for (let i = 0; i < MOST_WORDS; i++) {
      const word = words[i];
      if (typeof word === 'object') found.push(word);
    }
  return found;
};

/** Write a command where `memory[at…]` stands; `address` says where a place is. */
export const writeCommand = (memory: DataView, at: number, command: Command, address: (place: Place) => number): void => {
  memory.setUint32(at + 4 * layout.OPERATION, command.operation, true);
  memory.setUint32(at + 4 * layout.KIND, command.kind ?? 0, true);
  memory.setFloat64(at + 4 * layout.FACTOR, command.factor ?? 0, true);
  for (let i = 0; i < MOST_WORDS; i++) {
    const word = command.words[i];
    if (word !== undefined) memory.setUint32(at + 4 * i, typeof word === 'number' ? word : address(word), true);
  }
};

/** What each operation is called in a report. */
export const KERNEL_NAMES: Readonly<Record<number, string>> = {
  [code.GEMM]: 'gemm',
  [code.PACK]: 'pack',
  [code.ATTENTION]: 'attention',
  [code.SOFTMAX]: 'softmax',
  [code.LOG_SOFTMAX]: 'logSoftmax',
  [code.LAYER_NORM]: 'layerNorm',
  [code.SUM_ROWS]: 'sum',
  [code.MAX_ROWS]: 'maxLast',
  [code.SUM_LEADING]: 'sumLeading',
  [code.ELEMENTWISE]: 'elementwise',
};
