/**
 * `e^(s + d)` of four f32 numbers within 2 units of roundoff, for a small `d`: s + d = k ln 2 + r, then `1 + r + r² P(r)`, P of degree 4 with
 * error 2⁻²⁶. Powers of two go on in halves, so that overflow and subnormal results round once. NaN stays.
 */
export function expSum32(s: v128, d: v128): v128 {
  const x = f32x4.pmin(f32x4.pmax(s, f32x4.splat(-110)), f32x4.splat(100));
  const shifted = f32x4.add(f32x4.mul(x, f32x4.splat(1.44269502)), f32x4.splat(12582912));
  const k = f32x4.sub(shifted, f32x4.splat(12582912));
  const high = f32x4.sub(x, f32x4.mul(k, f32x4.splat(0.693359375)));
  const r = f32x4.add(f32x4.sub(high, f32x4.mul(k, f32x4.splat(-2.12194442e-4))), d);
  let p = f32x4.splat(0.0013901289785280824);
  p = f32x4.add(f32x4.mul(p, r), f32x4.splat(0.00836316216737032));
  p = f32x4.add(f32x4.mul(p, r), f32x4.splat(0.04166685417294502));
  p = f32x4.add(f32x4.mul(p, r), f32x4.splat(0.16666577756404877));
  p = f32x4.add(f32x4.mul(p, r), f32x4.splat(0.5));
  p = f32x4.add(f32x4.add(f32x4.mul(f32x4.mul(r, r), p), r), f32x4.splat(1));
  const n = i32x4.sub(shifted, i32x4.splat(0x4b400000));
  const half = i32x4.shr_s(n, 1);
  const first = i32x4.shl(i32x4.add(half, i32x4.splat(127)), 23);
  const second = i32x4.shl(i32x4.add(i32x4.sub(n, half), i32x4.splat(127)), 23);
  return f32x4.mul(f32x4.mul(p, first), second);
}

/** `eˣ` of four f32 numbers. */
export function exp32(x: v128): v128 {
  return expSum32(x, f32x4.splat(0));
}
