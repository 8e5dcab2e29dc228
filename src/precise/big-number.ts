import { type BigNumber, BigNumberDependencies, create } from 'mathjs';

export type { BigNumber };

/** Decimal numbers of one precision: what makes them, and what their operations round to. */
export interface BigNumbers {
  new (value: string | number | bigint | BigNumber): BigNumber;
  /** Significant digits that every operation rounds to. */
  readonly precision: number;
  readonly clone: (config: { readonly precision: number }) => BigNumbers;
}

/**
 * Decimal numbers of `digits` significant digits: the BigNumber of mathjs, and nothing else of it.
 *
 * @throws RangeError when `digits` is not a whole number of at least 1.
 * @example
 * const B = bigNumbers(30);
 * String(new B(1).div(3)) // '0.333333333333333333333333333333'
 */
export const bigNumbers = (digits: number): BigNumbers => {
  if (!(Number.isSafeInteger(digits) && digits >= 1 && digits <= 1e9))
    throw new RangeError(`precise: digits must be a whole number from 1 to 1e9, got ${digits}`);
  return (create({ BigNumberDependencies }, { precision: digits }) as unknown as { readonly BigNumber: BigNumbers }).BigNumber;
};

/** A finite double as `m · 2ᵉ` with whole m and e. */
const binary = (x: number): readonly [m: bigint, e: number] => {
  const view = new DataView(new ArrayBuffer(8));
  view.setFloat64(0, x);
  const bits = view.getBigUint64(0);
  const exponent = Number((bits >> 52n) & 0x7ffn);
  const fraction = bits & ((1n << 52n) - 1n);
  const m = exponent === 0 ? fraction : fraction | (1n << 52n);
  return [x < 0 ? -m : m, Math.max(exponent, 1) - 1075];
};

/**
 * The value of a double, all its digits: `new B(0.1)` is a tenth, `exactly(B, 0.1)` is what 0.1 really stands for.
 *
 * @example
 * String(exactly(bigNumbers(10), 0.1)) // '0.1000000000000000055511151231257827021181583404541015625'
 */
export const exactly = (B: BigNumbers, x: number): BigNumber => {
  if (!Number.isFinite(x) || x === 0) return new B(x);
  const [m, e] = binary(x);
  return e >= 0 ? new B(String(m << BigInt(e))) : new B(`${m * 5n ** BigInt(-e)}e${e}`);
};

/**
 * The double nearest to a decimal number, ties to even.
 *
 * @example
 * nearest(new (bigNumbers(20))('0.1')) // 0.1
 */
export const nearest = (x: BigNumber): number => Number(x.valueOf());
