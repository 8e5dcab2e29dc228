import { xoroshiro128plus } from 'pure-rand/generator/XoroShiro';
import { generic } from '../src/core/interpret/generic.ts';
import { reference } from '../src/core/interpret/reference.ts';
import { FORMATS, type FormatName, rounding } from '../src/core/interpret/rounded.ts';
import type { Ops } from '../src/core/language/ops.ts';
import { call, type OpName } from '../src/core/language/signatures.ts';
import { full, generate, type Tensor } from '../src/core/tensor/tensor.ts';
import type { Bound } from './implementation.ts';

/** Operations that only move numbers round nothing, and those that add many round every term. */
const MOVES: readonly OpName[] = ['permute', 'reshape', 'repeatLeading', 'repeatLast', 'slice', 'pad', 'concat', 'maxLast', 'tag'];
const SUMS: readonly OpName[] = ['matmul', 'sumLeading', 'sumLast'];

/**
 * Monte-Carlo arithmetic: the reference rounded to a format, each result first moved by up to one unit of roundoff, at random.
 * Another seed is another honest machine.
 */
const noisy = (format: FormatName, seed: number): Ops<Tensor> => {
  const round = rounding(FORMATS[format]);
  const chance = xoroshiro128plus(seed);
  const u = 2 ** -FORMATS[format].bits;
  /** 32 random bits are a whole number from −2³¹ to 2³¹. */
  const off = (x: number): number => x * (1 + (u * chance.unsafeNext()) / 2 ** 31);
  const terms = (a: Tensor): Tensor => generate(a.shape, (i) => off(a.data[i]));
  const result = (a: Tensor): Tensor => generate(a.shape, (i) => round(off(a.data[i])));
  const o: Ops<Tensor> = generic<Tensor>(
    (op, attrs, args) =>
      MOVES.includes(op)
        ? call(reference, op, attrs, args)
        : result(call(reference, op, attrs, SUMS.includes(op) ? args.map(terms) : args)),
    [],
    { within: () => o },
  );
  return o;
};

/** One machine may be right by luck, most of all where the output is a single number; so many are not. */
const MACHINES = 6;

/**
 * What a format does to this very program: for each output, the largest deviation from the reference that six honest machines of
 * the format show, and one rounding of the largest element; their sum `margin` times, the same for every element. Measured, not
 * proved: for whole models, where the proved bound grows beyond use.
 *
 * @example
 * const program = (o, { x }) => ({ y: o.unary('exp', x) });
 * calibrated('BF16')(program, { x: tensor([2], [0, 1]) }).y.data // ≈ [0.0887, 0.0887]
 */
export const calibrated =
  (format: FormatName, margin = 8): Bound =>
  (program, inputs) => {
    const machines = Array.from({ length: MACHINES }, (_, seed) => program(noisy(format, seed), inputs));
    return Object.fromEntries(
      Object.entries(program(reference, inputs)).map(([name, y]) => {
        const largest = (f: (i: number) => number): number => Array.from(y.data).reduce((most, _, i) => Math.max(most, Math.abs(f(i))), 0);
        const deviation = Math.max(...machines.map((outputs) => largest((i) => outputs[name].data[i] - y.data[i])));
        return [name, full(y.shape, margin * (deviation + 2 ** -FORMATS[format].bits * largest((i) => y.data[i])))];
      }),
    );
  };
