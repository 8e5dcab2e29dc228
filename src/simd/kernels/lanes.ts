import { FUSED_TILE_ROWS, TILE_ROWS } from './operations.ts';

/** Numbers of one type in a 128-bit register: 4 of f32, 2 of f64. */
export function lanes<T>(): i32 {
  return 16 / (sizeof<T>() as i32);
}

/** Columns of a packed panel: two registers, the widest tile that leaves V8's sixteen registers room for its rows. */
export function panelWidth<T>(): i32 {
  return 32 / (sizeof<T>() as i32);
}

/** Rows of a tile, in this module. */
export function tileRows(): i32 {
  return isDefined(FUSED) ? FUSED_TILE_ROWS : TILE_ROWS;
}

/** The address of element `i`. */
export function at<T>(base: usize, i: i32): usize {
  return base + (i as usize) * sizeof<T>();
}

/** `a b + c`: rounded twice, or once in f32 where the module was built with fused multiply-add. */
export function madd<T>(a: v128, b: v128, c: v128): v128 {
  if (isDefined(FUSED) && sizeof<T>() === 4) return f32x4.relaxed_madd(a, b, c);
  return v128.add<T>(c, v128.mul<T>(a, b));
}

/** The lanes of `v` added, first to last in pairs. */
export function across<T>(v: v128): T {
  if (sizeof<T>() === 8) return (f64x2.extract_lane(v, 0) + f64x2.extract_lane(v, 1)) as T;
  return (f32x4.extract_lane(v, 0) + f32x4.extract_lane(v, 1) + (f32x4.extract_lane(v, 2) + f32x4.extract_lane(v, 3))) as T;
}
