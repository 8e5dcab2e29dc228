/** 2ⁿ of two whole numbers in −1022…1023, by their bits. */
function power(n: v128): v128 {
  const whole = f64x2.add(n, f64x2.splat(6755399441055744));
  return i64x2.shl(i64x2.add(whole, i64x2.splat(1023)), 52);
}

/** `y · 2ⁿ`, rounded once: what `core/math/part/ldexp.ts` promises, on two numbers. Shifts by lane do not exist, so it has a text of its own. */
export function ldexp(y: v128, n: v128): v128 {
  const high = f64x2.gt(n, f64x2.splat(900));
  const low = f64x2.lt(n, f64x2.splat(-900));
  if (!v128.any_true(v128.or(high, low))) return f64x2.mul(y, power(n));
  const shift = v128.or(v128.and(high, f64x2.splat(200)), v128.and(low, f64x2.splat(-200)));
  return f64x2.mul(f64x2.mul(y, power(f64x2.sub(n, shift))), power(shift));
}
