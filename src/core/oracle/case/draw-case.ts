import * as E from 'fp-ts/lib/Either.js';
import type { Tensors } from '../../engine/engine.ts';
import { last, type Shape, size } from '../../tensor/shape.ts';
import { adopt, generate, type Tensor } from '../../tensor/tensor.ts';
import { shapeOf } from '../request/axes.ts';
import type { Input, Kind } from '../request/operation.ts';
import { operationNamed } from '../request/operation-table.ts';
import type { CaseFamily, CaseSpec } from './case-spec.ts';
import { givenValues, valuesProblem } from './case-values.ts';
import { bell, choices, uniform } from './noise.ts';

/** What values are made of: a name, a seed and a shape. */
interface Place {
  readonly name: string;
  readonly seed: number;
  readonly shape: Shape;
}
/** The value at each index of a place. */
type Law = (at: Place) => (i: number) => number;

const row = ({ shape }: Place): number => Math.max(1, last(shape));
const normal: Law = ({ name, seed, shape }) => {
  const noise = bell(name, seed, shape);
  return (i) => noise[i];
};
/** One choice out of `n` for each row. */
const perRow = (at: Place, n: number): ((i: number) => number) => {
  const drawn = choices(`${at.name}/row`, at.seed, [size(at.shape) / row(at)], n);
  return (i) => drawn[Math.floor(i / row(at))];
};

const VALUES: { readonly [F in CaseFamily]: Law } = {
  normal,
  'small-variance': (at) => {
    const x = normal(at);
    return (i) => 1e-3 * x(i);
  },
  offset: (at) => {
    const [x, sign] = [normal(at), perRow(at, 2)];
    return (i) => 200 * sign(i) - 100 + x(i);
  },
  peaked: (at) => {
    const x = normal(at);
    return (i) => 12 * x(i);
  },
  tail: ({ name, seed, shape }) => {
    const x = uniform(name, seed, shape);
    return (i) => -0.25 - 5.75 * Math.abs(x[i]);
  },
  outliers: (at) => {
    const [x, rare] = [normal(at), choices(`${at.name}/rare`, at.seed, at.shape, 16)];
    return (i) => x(i) * (rare[i] === 0 ? 100 : 1);
  },
  'one-hot': (at) => {
    const hot = perRow(at, row(at));
    return (i) => (i % row(at) === hot(i) ? 1 : 0);
  },
  ones: () => () => 1,
};

/** Of how many equal parts a distribution is made: float32 holds every share, and their sum is exact in any order. */
const PARTS = 1_048_576;

/** Rows above 0 that sum to exactly 1: to take `softmax(z) − t` for the gradient of a cross-entropy is right then, and what everyone writes. */
const distribution: Law = (at) => {
  const n = row(at);
  const mass = choices(at.name, at.seed, at.shape, 1024);
  const parts = new Float64Array(size(at.shape));
  for (let start = 0; start < parts.length; start += n) {
    const sum = mass.slice(start, start + n).reduce((a, b) => a + b + 1, 0);
    let left = PARTS;
    for (let i = start; i < start + n; i++) {
      parts[i] = 1 + Math.floor(((mass[i] + 1) / sum) * (PARTS - n));
      left -= parts[i];
    }
    parts[start] += left;
  }
  return (i) => parts[i] / PARTS;
};

/** Laws of everything but the main inputs. No bias, gain or token is 0 or 1: a forgotten one must show. */
const LAWS: { readonly [K in Exclude<Kind, 'value' | 'logits' | 'image'>]: (classes: number) => Law } = {
  weight: () => (at) => {
    const [x, fanIn] = [normal(at), size(at.shape.slice(1))];
    return (i) => x(i) / Math.sqrt(fanIn);
  },
  bias: () => (at) => {
    const x = normal(at);
    return (i) => 0.5 * x(i) + 0.01;
  },
  gain:
    () =>
    ({ name, seed, shape }) => {
      const x = uniform(name, seed, shape);
      return (i) => 1 + 0.25 * x[i];
    },
  // The deviation DeiT starts from: small enough for LayerNorm's eps to matter where a row is a token and its position.
  token: () => (at) => {
    const x = normal(at);
    return (i) => 0.02 * x(i);
  },
  distribution: () => distribution,
  labels:
    (classes) =>
    ({ name, seed, shape }) => {
      const x = choices(name, seed, shape, classes);
      return (i) => x[i];
    },
  bytes:
    () =>
    ({ name, seed, shape }) => {
      const x = choices(name, seed, shape, 256);
      return (i) => x[i];
    },
};

/** Every drawn number is one that float32 holds: nobody is charged for storing the inputs. */
const stored = (shape: Shape, f: (i: number) => number): Tensor => generate(shape, (i) => Math.fround(f(i)));

const drawInput = (r: CaseSpec, { name, kind }: Input, shape: Shape, classes: number): Tensor => {
  const given = givenValues(r, name);
  if (given !== undefined) return adopt(shape, given);
  const at = { name: `${r.op}/${name}`, seed: r.seed, shape };
  if (kind !== 'value' && kind !== 'logits' && kind !== 'image') return stored(shape, LAWS[kind](classes)(at));
  const x = VALUES[r.family](at);
  const spread = r.scale * (kind === 'logits' ? 2 : 1);
  return stored(shape, (i) => r.offset + spread * x(i));
};

/**
 * The inputs of a spec. `X.vjp` gets `dy` in the shape of its output, which the caller supplies as a letterless shape.
 *
 * @returns `Left` when the spec's attributes, or the values that it gives, do not fit its operation.
 * @example
 * const drawn = drawCase({ op: 'gelu', dims: { '…': [2], N: 3 }, attrs: {}, family: 'tail', scale: 1, offset: 0, seed: 1 });
 * E.map(({ x }) => x.shape)(drawn) // Right([2, 3])
 */
export const drawCase = (r: CaseSpec): E.Either<string, Tensors> => {
  const operation = operationNamed(r.op);
  if (operation === undefined) return E.left(`unknown operation ${r.op}`);
  return E.chain((inputs: readonly Input[]): E.Either<string, Tensors> => {
    const classes = typeof r.dims.C === 'number' ? r.dims.C : Number(r.attrs.classes ?? 1);
    const wanted = inputs.filter(({ name, optional }) => optional !== true || (r.given ?? []).includes(name));
    const shapes = new Map(wanted.map(({ name, axes }) => [name, shapeOf(axes, r.dims)]));
    const problem = valuesProblem(r, new Map([...shapes].map(([name, shape]) => [name, size(shape)])));
    if (problem !== undefined) return E.left(problem);
    return E.right(Object.fromEntries(wanted.map((input) => [input.name, drawInput(r, input, shapes.get(input.name) ?? [], classes)])));
  })(operation.inputs(r.attrs));
};

/**
 * An upstream gradient for an output: ordinary numbers, none of them 0; or the numbers that the spec gives, of a wrong shape where they are too few or too many.
 *
 * @example
 * const spec = { op: 'gelu', dims: { '…': [2], N: 3 }, attrs: {}, family: 'tail', scale: 1, offset: 0, seed: 1 };
 * drawUpstream(spec, [2, 3]).shape // [2, 3]
 */
export const drawUpstream = (r: CaseSpec, shape: Shape): Tensor => {
  const given = givenValues(r, 'dy');
  if (given !== undefined) return adopt(given.length === size(shape) ? shape : [given.length], given);
  const x = normal({ name: `${r.op}/dy`, seed: r.seed, shape });
  return stored(shape, (i) => x(i) + 0.01);
};
