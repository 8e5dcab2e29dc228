import { work as workOf } from './queue.ts';

export function work(stages: usize, from: i32, to: i32, threads: i32, spins: i32, patience: i32, stop: usize, scratch: usize): i32 {
  return workOf<f32>(stages, from, to, threads, spins, patience, stop, scratch);
}

/** Bytes at the start of memory that belong to the module: its constants. */
export function reserved(): usize {
  return __heap_base;
}
