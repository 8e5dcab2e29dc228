import * as code from '../kernels/operations.ts';

/** Bytes of a command and of a stage, as the kernels read them. */
export const COMMAND_BYTES = 256;
export const STAGE_BYTES = 64;

/** An address that is known once memory is laid out: an element of a buffer. */
export interface Place {
  readonly buffer: number;
  /** In elements. */
  readonly offset: number;
}

/** One call of a kernel: what `kernels/command.ts` reads. */
export interface Command {
  readonly operation: number;
  /** The second choice inside the operation. */
  readonly kind?: number;
  readonly factor?: number;
  /** From word 4 on: lengths, distances in bytes, and places. */
  readonly words: readonly (number | Place)[];
}

/** Commands that share their division into tasks; task t of each is done before the next command's task t, by the same thread. */
export interface Stage {
  readonly commands: readonly Command[];
  readonly tasks: number;
}

/** The places a stage touches. */
export const places = (stage: Stage): readonly Place[] =>
  stage.commands.flatMap(({ words }) => words.filter((word): word is Place => typeof word !== 'number'));

/** Write a command where `memory[at…]` stands; `address` says where a place is. */
export const writeCommand = (memory: DataView, at: number, command: Command, address: (place: Place) => number): void => {
  memory.setUint32(at, command.operation, true);
  memory.setUint32(at + 4, command.kind ?? 0, true);
  memory.setFloat64(at + 8, command.factor ?? 0, true);
  command.words.forEach((word, i) => {
    memory.setUint32(at + 16 + 4 * i, typeof word === 'number' ? word : address(word), true);
  });
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
  [code.PEAK_ROWS]: 'maxLast',
  [code.FOLD]: 'sumLeading',
  [code.ELEMENTWISE]: 'elementwise',
};
