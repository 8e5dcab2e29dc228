/**
 * 2ⁿ for a whole `n` in -1000…1000. n + 1024 = 256 a + 16 b + c: each digit is a shift, squared eight, four or no times.
 * Nothing branches.
 */
function power(n: number): number {
  const i: i32 = (n as i32) + 1024;
  const c: i32 = 1 << (i & 15);
  const b: i32 = 1 << ((i >> 4) & 15);
  const a: i32 = 1 << (i >> 8);
  const b2 = (b as number) * (b as number);
  const b4 = b2 * b2;
  const b8 = b4 * b4;
  const a1 = (a as number) * 0.0625;
  const a2 = a1 * a1;
  const a4 = a2 * a2;
  const a8 = a4 * a4;
  const a16 = a8 * a8;
  const a32 = a16 * a16;
  const a64 = a32 * a32;
  const a128 = a64 * a64;
  return (c as number) * (b8 * b8) * (a128 * a128);
}

const TWO_M30: number = 9.313225746154785e-10;
const TWO_200: number = 1.6069380442589903e60;
const TWO_M200: number = 6.223015277861142e-61;

/**
 * `y · 2ⁿ`, rounded once, for y in [2⁻¹⁰⁰, 2¹⁰⁰] and a whole `n` in -1200…1200. No bits are reinterpreted: powers of two come
 * from a shift and from exact products.
 *
 * @example
 * ldexp(1.5, -1074) // 1e-323
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
