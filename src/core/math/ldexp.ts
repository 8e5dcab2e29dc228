/** 2ⁿ for a whole `n` in -1000…1000: a shift for the last four bits of |n|, squarings of 2^±16 for the rest. */
function power(n: number): number {
  const negative = n < 0;
  let m = (negative ? -n : n) as i32;
  const last: i32 = m & 15;
  const shifted: i32 = 1 << (negative ? 15 - last : last);
  let p = shifted as number;
  if (negative) p *= 0.000030517578125;
  m >>= 4;
  let square = negative ? 0.0000152587890625 : 65536;
  while (m > 0) {
    if ((m & 1) === 1) p *= square;
    square *= square;
    m >>= 1;
  }
  return p;
}

const TWO_M30: number = 9.313225746154785e-10;
const TWO_200: number = 1.6069380442589903e60;
const TWO_M200: number = 6.223015277861142e-61;

/**
 * `y · 2ⁿ`, rounded once, for y in [2⁻¹⁰⁰, 2¹⁰⁰] and a whole `n` in -1200…1200. No bits are reinterpreted: powers of two come from a shift and from exact
 * products.
 *
 * @example
 * ldexp(1.5, -1074) // 1e-323, as C's ldexp
 */
export function ldexp(y: number, n: number): number {
  if (n <= 0 && n >= -30) {
    const shifted: i32 = 1 << ((n as i32) + 30);
    return y * ((shifted as number) * TWO_M30);
  }
  if (n > 900) return y * power(n - 200) * TWO_200;
  if (n < -900) return y * power(n + 200) * TWO_M200;
  return y * power(n);
}
