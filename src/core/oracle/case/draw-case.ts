import * as E from 'fp-ts/lib/Either.js';
import type { Tensors } from '../../engine/engine.ts';
import { type Shape, size } from '../../tensor/shape.ts';
import { adopt, type Tensor } from '../../tensor/tensor.ts';
import { shapeOf } from '../request/axes.ts';
import type { Input, Kind } from '../request/operation.ts';
import { operationNamed } from '../request/operation-table.ts';
import type { CaseFamily, CaseSpec } from './case-spec.ts';
import { givenValues, valuesProblem } from './case-values.ts';
import { each, type Law, normal, row, VALUES, whole } from './families.ts';
import { choices, uniform } from './noise.ts';

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
  return each(parts, (share) => share / PARTS);
};

/** What a law may depend on: how many classes labels are of, and the family of a case. */
interface Kin {
  readonly classes: number;
  readonly family: CaseFamily;
}
type Others = Exclude<Kind, 'value' | 'logits' | 'image'>;

/** Laws of everything but the main inputs. No bias, gain or token is 0 or 1: a forgotten one must show. */
const LAWS: { readonly [K in Others]: (kin: Kin) => Law } = {
  weight: () => (at) => {
    const fanIn = Math.sqrt(size(at.shape.slice(1)));
    return each(normal(at), (x) => x / fanIn);
  },
  bias: () => (at) => each(normal(at), (x) => 0.5 * x + 0.01),
  gain:
    () =>
    ({ name, seed, shape }) =>
      each(uniform(name, seed, shape), (x) => 1 + 0.25 * x),
  // The deviation DeiT starts from: small enough for LayerNorm's eps to matter where a row is a token and its position.
  token: () => (at) => each(normal(at), (x) => 0.02 * x),
  distribution: () => distribution,
  labels:
    ({ classes }) =>
    ({ name, seed, shape }) =>
      choices(name, seed, shape, classes),
  // Noise, or black and white, where interpolation goes beyond a byte.
  bytes:
    ({ family }) =>
    ({ name, seed, shape }) =>
      family === 'extreme' ? each(choices(name, seed, shape, 2), (x) => 255 * x) : choices(name, seed, shape, 256),
};

/** Every drawn number is one that float32 holds: nobody is charged for storing the inputs. */
const stored = (shape: Shape, drawn: Float64Array): Tensor => adopt(shape, new Float64Array(new Float32Array(drawn)));

const drawInput = (r: CaseSpec, { name, kind }: Input, shape: Shape, classes: number): Tensor => {
  const given = givenValues(r, name);
  if (given !== undefined) return adopt(shape, given);
  const at = { name: `${r.op}/${name}`, seed: r.seed, shape };
  const most = r.whole?.[name];
  if (most !== undefined) return stored(shape, whole(most)(at));
  if (kind !== 'value' && kind !== 'logits' && kind !== 'image') return stored(shape, LAWS[kind]({ classes, family: r.family })(at));
  const spread = r.scale * (kind === 'logits' ? 2 : 1);
  return stored(
    shape,
    each(VALUES[r.family](at), (x) => r.offset + spread * x),
  );
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
 * An upstream gradient for an output: ordinary numbers, none of them 0, or whole ones where the spec says so; or the numbers that it gives, of a wrong shape where they
 * are too few or too many.
 *
 * @example
 * const spec = { op: 'gelu', dims: { '…': [2], N: 3 }, attrs: {}, family: 'tail', scale: 1, offset: 0, seed: 1 };
 * drawUpstream(spec, [2, 3]).shape // [2, 3]
 */
export const drawUpstream = (r: CaseSpec, shape: Shape): Tensor => {
  const given = givenValues(r, 'dy');
  if (given !== undefined) return adopt(given.length === size(shape) ? shape : [given.length], given);
  const at = { name: `${r.op}/dy`, seed: r.seed, shape };
  const most = r.whole?.dy;
  if (most !== undefined) return stored(shape, whole(most)(at));
  return stored(
    shape,
    each(normal(at), (x) => x + 0.01),
  );
};
