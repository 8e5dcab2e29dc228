import type { Arithmetic } from '../../engine/arithmetic.ts';
import type { Tensors } from '../../engine/engine.ts';
import { reference } from '../../interpret/reference.ts';
import { type NamesOf, ofAnyNames, type ProgramOn } from '../../language/program-types.ts';
import { mapRecord } from '../../params/map-record.ts';
import { last, type Shape, sameShape } from '../../tensor/shape.ts';
import { generate, type Tensor } from '../../tensor/tensor.ts';
import { given, type Noisy, noise, shared } from './noise.ts';

/** The reference's value, and for each element the standard deviation of what an honest implementation may err by: measured, not proved. */
export interface Likely {
  readonly value: Tensor;
  readonly sigma: Tensor;
}

/** How a standard deviation is measured. */
export interface Sampling {
  /** How many implementations are drawn. @defaultValue 16 */
  readonly samples?: number;
  /** What chance is drawn from. @defaultValue 1 */
  readonly seed?: number;
}

/** The reference's own unit roundoff, 2⁻⁵³: what is judged differs from it by its errors too, which counts for float64. */
const REFERENCE_U = 1.1102230246251565e-16;
/** Implementations that are drawn side by side: the reference and the deviations are computed once for all of them. */
const TOGETHER = 16;
/** Fewer say too little: the quantile by which they are inflated goes to 0. */
const FEWEST = 4;
/** The 1 % quantile of a normal distribution. */
const ONE_PERCENT = -2.3263478740408408;

/**
 * By what to multiply a standard deviation that was measured from `n` samples so that it is too small once in a hundred times: `√(n/χ²)`, χ² the 1 %
 * quantile of n degrees of freedom, by Wilson and Hilferty (1931, PNAS 17).
 *
 * @example
 * [16, 32].map((n) => Math.round(100 * inflation(n)) / 100) // [1.66, 1.4]
 */
export const inflation = (n: number): number => {
  const part = 2 / (9 * n);
  const root = 1 - part + ONE_PERCENT * Math.sqrt(part);
  return 1 / Math.sqrt(root * root * root);
};

/** An arithmetic, and the reference's beside it: what is judged differs by the errors of both. */
const besideReference = (arithmetic: Arithmetic): Arithmetic => ({
  ...arithmetic,
  u: Math.sqrt(arithmetic.u * arithmetic.u + REFERENCE_U * REFERENCE_U),
});
const refuseFew = (samples: number): void => {
  if (!(samples >= FEWEST)) throw new RangeError(`sigmaOf: at least ${FEWEST} samples are needed, got ${samples}`);
};

/** A deviation that happens to be small: it is taken to be no less than this share of what its row has. */
const FLOOR = 0.5;

/** The deviation of each element: measured from the sums of squares over `n` samples, its row in mind. */
const deviation = (shape: Shape, n: number, squares: Float64Array): Tensor => {
  const width = shape.length === 0 ? 1 : last(shape);
  const [own, most] = [inflation(n), FLOOR * inflation(n * width)];
  const rows = new Float64Array(squares.length / Math.max(1, width));
  for (let i = 0; i < squares.length; i++) rows[Math.floor(i / width)] += squares[i] / width;
  return generate(shape, (i) => Math.max(own * Math.sqrt(squares[i] / n), most * Math.sqrt(rows[Math.floor(i / width)] / n)));
};

/**
 * How far from the reference honest implementations are likely to be, for every output of a program: the root mean square over a crowd of them
 * (`noise`), as much larger as so few samples ask for, and no less than half of the mean over the last axis. Where one operation alone has rounded,
 * its formula is known and nothing is drawn.
 *
 * @param inputs are given to everybody as they are; numbers that the format does not hold are rounded once.
 * @throws RangeError when there are fewer than 4 samples.
 * @example
 * const { y } = sigmaOf(FLOAT32, (o, { x }) => ({ y: o.softmax(x) }), { x: tensor([1, 2], [0, 0]) });
 * [y.value.data[0], y.sigma.data[0] > 1e-8, y.sigma.data[0] < 2e-7] // [0.5, true, true]
 */
export const sigmaOf = <S extends Tensors, R>(
  arithmetic: Arithmetic,
  program: ProgramOn<S, R>,
  inputs: S,
  { samples = 16, seed = 1 }: Sampling = {},
): { readonly [K in NamesOf<R>]: Likely } => {
  refuseFew(samples);
  const both = besideReference(arithmetic);
  const squares = new Map<string, Float64Array>();
  let outputs: Readonly<Record<string, Noisy>> = {};
  for (let first = 0; first < samples; first += TOGETHER) {
    const crowd = { samples: Math.min(TOGETHER, samples - first), seed, first };
    outputs = ofAnyNames(program)(
      noise(both, reference, crowd),
      mapRecord((t, name) => given(both, crowd, name, t), inputs),
    );
    for (const [name, output] of Object.entries(outputs)) {
      const sums = squares.get(name) ?? new Float64Array(output.value.data.length);
      squares.set(name, sums);
      for (const { data } of output.samples ?? []) addSquares(sums, data, output.value.data);
    }
    if (Object.values(outputs).every(isKnown)) break;
  }
  const likely = (output: Noisy, name: string): Likely => likelyOf(output, samples, squares.get(name) as Float64Array);
  return mapRecord(likely, outputs) as { readonly [K in NamesOf<R>]: Likely };
};

/** A deviation that is known, or measured from sums of squares. */
const likelyOf = ({ value, sigma }: Noisy, samples: number, squares: Float64Array): Likely => ({
  value,
  sigma: sigma ?? deviation(value.shape, samples, squares),
});

/**
 * The same for every tag and output of which somebody's own values are at hand, each step computed from the ones before it as they have them (see
 * `layerwise`): errors do not add up, and each step has the deviation of few operations.
 *
 * @param got what they have, by full names of tags and by names of outputs; tags that are not among them are passed over.
 * @throws RangeError when there are fewer than 4 samples.
 * @example
 * const program = (o, { x }) => ({ y: o.unary('exp', o.tag('third', o.scale(0.3, x))) });
 * const x = tensor([1], [1]);
 * Object.keys(sigmaOfSteps(FLOAT32, program, { x }, { third: tensor([1], [0.3]), y: tensor([1], [1.35]) })) // ['third', 'y']
 */
export const sigmaOfSteps = <S extends Tensors, R>(
  arithmetic: Arithmetic,
  program: ProgramOn<S, R>,
  inputs: S,
  got: Tensors,
  { samples = 16, seed = 1 }: Sampling = {},
): Readonly<Record<string, Likely>> => {
  refuseFew(samples);
  const [both, crowd] = [besideReference(arithmetic), { samples, seed }];
  const steps = new Map<string, Likely>();
  const see = (name: string, a: Noisy): void => {
    const sums = new Float64Array(a.value.data.length);
    for (const { data } of a.samples ?? []) addSquares(sums, data, a.value.data);
    steps.set(name, likelyOf(a, samples, sums));
  };
  const onTag = (name: string, a: Noisy): Noisy => {
    if (!Object.hasOwn(got, name)) return a;
    see(name, a);
    return shared(name, isUsable(got[name], a.value) ? got[name] : a.value);
  };
  const outputs = ofAnyNames(program)(
    noise(both, reference, crowd, onTag),
    mapRecord((t, name) => given(both, crowd, name, t), inputs),
  );
  for (const [name, output] of Object.entries(outputs)) if (Object.hasOwn(got, name) && !steps.has(name)) see(name, output);
  return Object.fromEntries(steps);
};

/** Whether the next step can be computed from it. */
const isUsable = ({ shape, data }: Tensor, like: Tensor): boolean => {
  if (!sameShape(shape, like.shape) || data.length !== like.data.length) return false;
  for (let i = 0; i < data.length; i++) if (!Number.isFinite(data[i])) return false;
  return true;
};

const isKnown = ({ samples, sigma }: Noisy): boolean => samples === undefined || sigma !== undefined;
const addSquares = (sums: Float64Array, a: Tensor['data'], b: Tensor['data']): void => {
  for (let i = 0; i < sums.length; i++) sums[i] += (a[i] - b[i]) * (a[i] - b[i]);
};
