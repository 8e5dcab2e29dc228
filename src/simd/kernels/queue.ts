import { attention } from './attention.ts';
import { elementwise } from './elementwise.ts';
import { gemm } from './gemm/gemm.ts';
import { pack } from './gemm/pack.ts';
import * as layout from './layout.ts';
import { ATTENTION, ELEMENTWISE, GEMM, PACK, SUM_LEADING } from './operations.ts';
import { rowsOf } from './rows.ts';
import { sumLeading } from './sum-leading.ts';

function run<T>(command: usize, task: i32, scratch: usize): void {
  const operation = load<i32>(command, 4 * layout.OPERATION);
  if (operation === GEMM) gemm<T>(command, task, scratch);
  else if (operation === ELEMENTWISE) elementwise<T>(command, task);
  else if (operation === ATTENTION) attention<T>(command, task, scratch);
  else if (operation === PACK) pack<T>(command, task);
  else if (operation === SUM_LEADING) sumLeading<T>(command, task);
  else rowsOf<T>(command, task, operation);
}

/**
 * Do stages `[from, to)`, sharing their tasks with whoever else is here. Every command of a stage has the same tasks. The next stage begins when all
 * tasks are done.
 *
 * @param stages the table of stages
 * @param threads 1: nobody else is here
 * @param spins how many times to look whether others are done before sleeping
 * @param patience how many milliseconds to sleep before giving up
 * @returns the stage to go on from: `to` when all is done, less when `patience` ran out, −1 when word `stop` was set
 */
export function work<T>(stages: usize, from: i32, to: i32, threads: i32, spins: i32, patience: i32, stop: usize, scratch: usize): i32 {
  for (let s = from; s < to; s++) {
    const stage = stages + (s as usize) * layout.STAGE_BYTES;
    const first = load<usize>(stage, 4 * layout.STAGE_FIRST_COMMAND);
    const commands = load<i32>(stage, 4 * layout.STAGE_COMMANDS);
    const tasks = load<i32>(stage, 4 * layout.STAGE_TASKS);
    if (threads === 1) {
      for (let task = 0; task < tasks; task++)
        for (let x = 0; x < commands; x++) run<T>(first + (x as usize) * layout.COMMAND_BYTES, task, scratch);
      continue;
    }
    for (
      let task = atomic.add<i32>(stage, 1, 4 * layout.STAGE_TAKEN);
      task < tasks;
      task = atomic.add<i32>(stage, 1, 4 * layout.STAGE_TAKEN)
    ) {
      for (let x = 0; x < commands; x++) run<T>(first + (x as usize) * layout.COMMAND_BYTES, task, scratch);
      if (atomic.add<i32>(stage, 1, 4 * layout.STAGE_DONE) === tasks - 1) atomic.notify(stage + 4 * layout.STAGE_DONE, -1);
    }
    for (let looks = 0, waits = 0; ; looks++) {
      const done = atomic.load<i32>(stage, 4 * layout.STAGE_DONE);
      if (done >= tasks) break;
      if (atomic.load<i32>(stop) !== 0) return -1;
      if (looks < spins) continue;
      if (waits++ >= patience) return s;
      atomic.wait<i32>(stage + 4 * layout.STAGE_DONE, done, 1000000);
    }
  }
  return to;
}
