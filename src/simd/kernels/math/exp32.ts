import { madd } from '../lanes.ts';

/** A number in the module's memory, read into all lanes: V8 makes a constant anew at every use, in three or four instructions. */
export function everywhere(constant: usize): v128 {
  return v128.load32_splat(constant);
}

const LOWEST: usize = memory.data<f32>([-110]);
const HIGHEST: usize = memory.data<f32>([100]);
const LOG2_E: usize = memory.data<f32>([1.44269502]);
const SHIFT: usize = memory.data<f32>([12582912]);
const LN2_HIGH: usize = memory.data<f32>([0.693359375]);
const LN2_LOW: usize = memory.data<f32>([-2.12194442e-4]);
const P4: usize = memory.data<f32>([0.0013901289785280824]);
const P3: usize = memory.data<f32>([0.00836316216737032]);
const P2: usize = memory.data<f32>([0.04166685417294502]);
const P1: usize = memory.data<f32>([0.16666577756404877]);
const HALF: usize = memory.data<f32>([0.5]);
const ONE: usize = memory.data<f32>([1]);
const SHIFT_BITS: usize = memory.data<i32>([0x4b400000]);
const BIAS: usize = memory.data<i32>([127]);

/**
 * `e^(s + d)` of four f32 numbers within 2 units of roundoff, for a small `d`: s + d = k ln 2 + r, then `1 + r + r² P(r)`, P of degree 4 with
 * error 2⁻²⁶. Powers of two go on in halves, so that overflow and subnormal results round once. NaN stays.
 */
export function expSum32(s: v128, d: v128): v128 {
  const x = f32x4.pmin(f32x4.pmax(s, everywhere(LOWEST)), everywhere(HIGHEST));
  const shift = everywhere(SHIFT);
  const shifted = f32x4.add(f32x4.mul(x, everywhere(LOG2_E)), shift);
  const k = f32x4.sub(shifted, shift);
  const high = f32x4.sub(x, f32x4.mul(k, everywhere(LN2_HIGH)));
  const r = f32x4.add(f32x4.sub(high, f32x4.mul(k, everywhere(LN2_LOW))), d);
  const r2 = f32x4.mul(r, r);
  const p1 = madd<f32>(madd<f32>(everywhere(P4), r, everywhere(P3)), r2, madd<f32>(everywhere(P2), r, everywhere(P1)));
  const p = f32x4.add(f32x4.add(f32x4.mul(r2, madd<f32>(p1, r, everywhere(HALF))), r), everywhere(ONE));
  const bias = everywhere(BIAS);
  const n = i32x4.sub(shifted, everywhere(SHIFT_BITS));
  const half = i32x4.shr_s(n, 1);
  const first = i32x4.shl(i32x4.add(half, bias), 23);
  const second = i32x4.shl(i32x4.add(i32x4.sub(n, half), bias), 23);
  return f32x4.mul(f32x4.mul(p, first), second);
}

/** `eˣ` of four f32 numbers. */
export function exp32(x: v128): v128 {
  return expSum32(x, f32x4.splat(0));
}
