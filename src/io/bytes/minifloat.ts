/** A binary floating-point format of at most 16 bits: sign, exponent, mantissa from the high bit down. */
export interface Minifloat {
  readonly mantissa: number;
  readonly bias: number;
  /** Exponent field of all ones. */
  readonly top: number;
  /** `ieee`: the top exponent holds infinities and NaN. `finite`: it holds numbers, and all ones is NaN (the "fn" of float8_e4m3fn). */
  readonly special: 'ieee' | 'finite';
  /** `2^(e - bias - mantissa)` for each exponent field `e`. */
  readonly quantum: readonly number[];
}

const powerOfTwo = (n: number): number => {
  let out = 1;
  for (let i = Math.abs(n); i > 0; i--) out *= n < 0 ? 0.5 : 2;
  return out;
};

const minifloat = (exponent: number, mantissa: number, special: Minifloat['special']): Minifloat => {
  const bias = (1 << (exponent - 1)) - 1;
  const top = (1 << exponent) - 1;
  return { mantissa, bias, top, special, quantum: Array.from({ length: top + 1 }, (_, e) => powerOfTwo(Math.max(e, 1) - bias - mantissa)) };
};

/** IEEE 754 half precision. */
export const F16 = minifloat(5, 10, 'ieee');
/** The upper half of an IEEE single. */
export const BF16 = minifloat(8, 7, 'ieee');
/** OCP 8-bit float, IEEE-like. */
export const F8_E5M2 = minifloat(5, 2, 'ieee');
/** OCP 8-bit float without infinities. */
export const F8_E4M3 = minifloat(4, 3, 'finite');

/** The number that `bits` stands for; every one is exact in float64. */
export const widenBits = (f: Minifloat, bits: number): number => {
  const significand = bits & ((1 << f.mantissa) - 1);
  const exponent = (bits >>> f.mantissa) & f.top;
  const negative = bits >>> f.mantissa > f.top;
  const magnitude =
    exponent === f.top && f.special === 'ieee'
      ? significand === 0
        ? Infinity
        : NaN
      : exponent === f.top && significand === (1 << f.mantissa) - 1
        ? NaN
        : (exponent === 0 ? significand : significand + (1 << f.mantissa)) * (f.quantum[exponent] as number);
  return negative ? -magnitude : magnitude;
};

/**
 * The bits of the nearest number of an IEEE-like format, ties to even; straight from float64, so nothing is rounded twice.
 * Too large a number becomes infinity, as IEEE 754 rounds.
 */
export const roundBits = (f: Minifloat, x: number): number => {
  const sign = (x < 0 || Object.is(x, -0) ? 1 : 0) * ((f.top + 1) << f.mantissa);
  const infinity = f.top << f.mantissa;
  if (Number.isNaN(x)) return infinity | (1 << (f.mantissa - 1));
  const magnitude = Math.abs(x);
  if (magnitude === Infinity) return sign | infinity;
  const normal = 1 << f.mantissa;
  let exponent = 1;
  for (let above = f.top; exponent < above; ) {
    const middle = (exponent + above + 1) >> 1;
    if (magnitude >= (f.quantum[middle] as number) * normal) exponent = middle;
    else above = middle - 1;
  }
  // Adding and taking away 2^52 rounds to an integer, ties to even; the quotient by a power of two is exact.
  const steps = magnitude / (f.quantum[exponent] as number) + 4503599627370496 - 4503599627370496;
  return sign | Math.min(infinity, exponent * normal + (steps - normal));
};
