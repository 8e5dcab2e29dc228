import { FACTOR } from './layout.ts';

/** Word `i` of a command, by its name in `layout.ts`. */
export function word(command: usize, i: i32): i32 {
  return load<i32>(command + ((i as usize) << 2));
}

/** Word `i` as an address or a distance in bytes. */
export function address(command: usize, i: i32): usize {
  return load<usize>(command + ((i as usize) << 2));
}

/** The command's float64 number. */
export function factor(command: usize): f64 {
  return load<f64>(command, 4 * FACTOR);
}
