/**
 * A command is 64 words of 32 bits: 0 its operation, 1 a second choice inside it, 2–3 a float64 number, from 4 on its parameters.
 * Addresses and strides are bytes, lengths are elements. `../compile/command.ts` writes what is read here.
 */
export function word(command: usize, i: i32): i32 {
  return load<i32>(command + ((i as usize) << 2));
}

/** Word `i` as an address or a distance in bytes. */
export function address(command: usize, i: i32): usize {
  return load<usize>(command + ((i as usize) << 2));
}

/** The command's float64 number. */
export function factor(command: usize): f64 {
  return load<f64>(command, 8);
}

/** Where numbers of parameters begin. */
export const FIRST: i32 = 4;
