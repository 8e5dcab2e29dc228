import type { Arithmetic } from '../src/core/engine.ts';
import { reference } from '../src/core/interpret/reference.ts';
import { type FormatName, rounded } from '../src/core/interpret/rounded.ts';
import { bounded, exact } from '../src/core/oracle/bound.ts';
import { full } from '../src/core/tensor.ts';
import type { Bound } from './implementation.ts';

/** Float64 with elementary functions within 1 ulp, which is 2 units of roundoff: the reference's own. */
export const FLOAT64: Arithmetic = { u: 2 ** -53, elementary: () => 2, tiny: 2 ** -1074 };
/** Float32 with subnormals and elementary functions within 1 ulp. */
export const FLOAT32: Arithmetic = { u: 2 ** -24, elementary: () => 2, tiny: 2 ** -149 };

/**
 * The proved bound of an arithmetic: run the program in the interpreter of errors. Nothing is chosen; whoever sums in
 * any order and rounds each operation is within it. Infinite where nothing can be proved.
 *
 * @example
 * const program = (o, { x }) => ({ y: o.sumLast(x) });
 * proved(FLOAT32)(program, { x: tensor([3], [1, 2, 4]) }).y.data // ≈ [1e-6]
 */
export const proved =
  (arithmetic: Arithmetic): Bound =>
  (program, inputs) => {
    const outputs = program(
      bounded(arithmetic, reference),
      Object.fromEntries(Object.entries(inputs).map(([name, t]) => [name, exact(t)])),
    );
    return Object.fromEntries(Object.entries(outputs).map(([name, { error }]) => [name, error]));
  };

/** Unit roundoff of each format that can be emulated. */
const UNITS: { readonly [F in FormatName]: number } = { f32: 2 ** -24, f16: 2 ** -11, bf16: 2 ** -8, tf32: 2 ** -11 };

/**
 * What a format does to this very program: for each output, the largest deviation of the reference rounded to the format after
 * every operation, and one rounding of the largest element; their sum `margin` times, the same for every element. Measured, not
 * proved: for whole models, where the proved bound grows beyond use.
 *
 * @example
 * const program = (o, { x }) => ({ y: o.unary('exp', x) });
 * calibrated('bf16')(program, { x: tensor([2], [0, 1]) }).y.data // ≈ [0.089, 0.089]
 */
export const calibrated =
  (format: FormatName, margin = 8): Bound =>
  (program, inputs) => {
    const emulated = program(rounded(reference, format), inputs);
    return Object.fromEntries(
      Object.entries(program(reference, inputs)).map(([name, y]) => {
        const largest = (f: (i: number) => number): number =>
          Array.from(y.data.slice(), (_, i) => Math.abs(f(i))).reduce((a, b) => Math.max(a, b), 0);
        const deviation = largest((i) => emulated[name].data[i] - y.data[i]) + UNITS[format] * largest((i) => y.data[i]);
        return [name, full(y.shape, margin * deviation)];
      }),
    );
  };
