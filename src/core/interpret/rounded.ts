import { replacedIn, replacedNamed, unchecked } from '../language/interpreter.ts';
import type { Ops } from '../language/ops.ts';
import { call, holdsNumbers } from '../language/signatures.ts';
import { adopt, type Tensor } from '../tensor/tensor.ts';
import { showName } from '../text/show-value.ts';
import { generic } from './generic.ts';

/** A binary floating-point format: significand bits with the hidden one, and the range of exponents of normal numbers. */
export interface Format {
  readonly bits: number;
  readonly minExponent: number;
  readonly maxExponent: number;
}
/** The name of a format. */
export type FormatName = 'F32' | 'F16' | 'BF16' | 'TF32';
/** IEEE single and half precision, bfloat16, and the inputs of NVIDIA tensor cores, which store TF32 in 32 bits. */
export const FORMATS: { readonly [F in FormatName]: Format } = {
  F32: { bits: 24, minExponent: -126, maxExponent: 127 },
  F16: { bits: 11, minExponent: -14, maxExponent: 15 },
  BF16: { bits: 8, minExponent: -126, maxExponent: 127 },
  TF32: { bits: 11, minExponent: -126, maxExponent: 127 },
};

const powerOfTwo = (exponent: number): number => {
  let p = 1;
  for (let e = exponent; e > 0; e--) p *= 2;
  for (let e = exponent; e < 0; e++) p /= 2;
  return p;
};

/**
 * The rounding of a format: to nearest, ties to even, subnormals kept, overflow to infinity.
 *
 * @example
 * rounding(FORMATS.BF16)(1.01) // 1.0078125
 */
export const rounding = ({ bits, minExponent, maxExponent }: Format): ((x: number) => number) => {
  const overflow = powerOfTwo(maxExponent) * (2 - powerOfTwo(-bits));
  const toWhole = 1.5 * powerOfTwo(52);
  const number = new Float64Array(1);
  // Little-endian, as every platform of JavaScript and WebAssembly is.
  const words = new Uint32Array(number.buffer);
  return (x) => {
    const magnitude = Math.abs(x);
    if (!(magnitude < overflow)) return x * (magnitude >= overflow ? Number.POSITIVE_INFINITY : 1);
    number[0] = magnitude;
    const exponent = Math.max((words[1] >>> 20) - 1023, minExponent);
    words[1] = (exponent - bits + 1 + 1023) << 20;
    words[0] = 0;
    const ulp = number[0];
    // Adding 1.5·2⁵² leaves no bits after the point, and rounds to nearest even as it drops them.
    return Math.sign(x) * (magnitude / ulp + toWhole - toWhole) * ulp;
  };
};

/**
 * Every element of a tensor rounded to a format.
 *
 * @example
 * roundTensor(FORMATS.F16, tensor([2], [0.1, 1e6])).data // [0.0999755859375, Infinity]
 */
export const roundTensor = (format: Format, a: Tensor): Tensor => {
  const round = rounding(format);
  const out = new Float64Array(a.data.length);
  for (let i = 0; i < out.length; i++) out[i] = round(a.data[i]);
  return adopt(a.shape, out);
};

/**
 * The base interpreter with the result of every primitive rounded to a format: what a machine that stores its tensors so
 * would compute, were its sums exact to float64. An operation that the base has replaced is one of its kernels: its result is rounded, what it is
 * made of is not.
 *
 * @throws RangeError when there is no such format.
 * @example
 * rounded(reference, 'BF16').scale(1.01, tensor([], [1])).data[0] // 1.0078125
 */
export const rounded = (base: Ops<Tensor>, format: FormatName): Ops<Tensor> => {
  if (!Object.hasOwn(FORMATS, format))
    throw new RangeError(`rounded: there is no format ${showName(format)}; there are ${Object.keys(FORMATS).join(', ')}`);
  const o = unchecked(base);
  return generic<Tensor>(
    (op, attrs, args) => {
      const y = call(o, op, attrs, args);
      return op === 'reshape' || op === 'tag' ? y : roundTensor(FORMATS[format], y);
    },
    replacedNamed(base),
    {
      within: (name) => rounded(base.within(name), format),
      refuse: o.refuse,
      isValue: holdsNumbers,
      infers: [],
      replaced: replacedIn(base),
    },
  );
};
