import type { Derivatives, Interpreters } from '../../properties/index.ts';
import { type Dual, jvp } from '../../src/core/interpret/jvp.ts';
import { record, replay } from '../../src/core/interpret/record.ts';
import { reference } from '../../src/core/interpret/reference.ts';
import { type Sketch, shape } from '../../src/core/interpret/shape.ts';
import { type Traced, trace } from '../../src/core/interpret/trace.ts';
import { type Variable, vjp } from '../../src/core/interpret/vjp.ts';
import type { Ops, Unary } from '../../src/core/language/ops.ts';
import type { OpName } from '../../src/core/language/signatures.ts';
import { UNARY_FUNCTIONS } from '../../src/core/language/unary-functions.ts';
import { last, type Shaped, size } from '../../src/core/tensor/shape.ts';
import { generate, type Tensor } from '../../src/core/tensor/tensor.ts';

/** Wrong implementations: the reference with one thing wrong. */
export type Mutant = Ops<Tensor>;

const o = reference;
const wrong = (change: Partial<Ops<Tensor>>): Mutant => ({ ...reference, ...change });
const map = (a: Tensor, f: (x: number, i: number) => number): Tensor => generate(a.shape, (i) => f(a.data[i], i));
const reversed = (a: Tensor): Tensor => map(a, (_, i) => a.data[a.data.length - 1 - i]);
const rolled = (a: Tensor): Tensor => map(a, (_, i) => a.data[(i + 1) % a.data.length]);
const spreadMean = (x: Tensor, by: number): Tensor => o.repeatLast(last(x.shape), o.scale(1 / by, o.sumLast(x)));
const swap = (a: Tensor): Tensor => o.permute([...Array(a.shape.length - 2).keys(), a.shape.length - 1, a.shape.length - 2], a);
const affine = (x: Tensor, gain: Tensor, bias: Tensor): Tensor =>
  o.add(o.mul(x, o.repeatLeading(x.shape, gain)), o.repeatLeading(x.shape, bias));
const centred = (x: Tensor): Tensor => o.sub(x, spreadMean(x, last(x.shape)));
const squares = (x: Tensor, by: number): Tensor => spreadMean(o.mul(x, x), by);
const overRoot = (x: Tensor, variance: Tensor, eps: number): Tensor => o.mul(x, o.unary('rsqrt', o.shift(eps, variance)));

/** The result of `op` changed by `change`. */
const after = (op: OpName, change: (y: Tensor, args: readonly Tensor[]) => Tensor): Mutant =>
  wrong({
    [op]: (...all: unknown[]) => {
      const y = (reference[op] as (...all: unknown[]) => Tensor)(...all);
      return change(
        y,
        all.filter((a): a is Tensor => typeof a === 'object' && a !== null && 'data' in a && 'shape' in a),
      );
    },
  } as Partial<Ops<Tensor>>);

/** A result that saturates, as 8-bit arithmetic does: not linear. */
export const saturating = (op: OpName): Mutant => after(op, (y) => map(y, (v) => Math.max(-3, Math.min(3, v))));
/** A kernel that reads past its sample: the last element of a batch reaches all of it. */
export const leaking = (op: OpName): Mutant => after(op, (y, [x]) => map(y, (v) => v + 1e-6 * x.data[x.data.length - 1]));
/** A kernel that reuses its buffer: right the first time only. */
export const stale = (op: OpName): Mutant => {
  let calls = 0;
  return after(op, (y) => (calls++ % 2 === 0 ? y : map(y, (v) => v * (1 + 2 ** -40))));
};
/** A result of the right numbers in the wrong shape. */
export const flattened = (op: OpName): Mutant => after(op, (y) => ({ shape: [1, ...y.shape], data: y.data }));
/** An operation replaced outside the parts of a model, and forgotten inside them. */
export const forgotten = (op: OpName): Mutant => ({ ...lastBit(op), within: () => reference });
/** A kernel that works in place: its first input is overwritten. */
export const inPlace = (op: OpName): Mutant =>
  after(op, (y, [x]) => {
    if (x !== undefined) (x.data as unknown as Float64Array)[0] += 1;
    return map(y, (v) => v);
  });
/** The last bit of the last element. */
export const lastBit = (op: OpName): Mutant => after(op, (y) => map(y, (v, i) => (i === y.data.length - 1 ? v * (1 + 2 ** -51) : v)));

/** Linear primitives with a structural mistake: still linear, no longer the operation. */
export const MISPLACED: { readonly [K in OpName]?: Mutant } = {
  add: wrong({ add: (a, b) => o.add(a, reversed(b)) }),
  sub: wrong({ sub: (a, b) => o.sub(b, a) }),
  scale: wrong({ scale: (c, a) => o.scale(c, rolled(a)) }),
  permute: wrong({ permute: (perm, a) => o.reshape(o.permute(perm, a).shape, o.permute([...perm].reverse(), a)) }),
  reshape: wrong({ reshape: (shape, a) => o.reshape(shape, o.permute([...a.shape.keys()].reverse(), a)) }),
  repeatLeading: wrong({ repeatLeading: (shape, a) => o.reshape(shape, o.repeatLast(size(shape) / size(a.shape), a)) }),
  sumLeading: wrong({ sumLeading: (shape, a) => o.reshape(shape, o.sumLast(o.reshape([size(shape), size(a.shape) / size(shape)], a))) }),
  repeatLast: wrong({ repeatLast: (n, a) => o.reshape([...a.shape, n], o.repeatLeading([n, ...a.shape], a)) }),
  sumLast: wrong({ sumLast: (a) => o.sumLast(o.slice(a.shape.length - 1, 0, last(a.shape) - 1, a)) }),
  slice: wrong({ slice: (axis, from, to, a) => o.slice(axis, a.shape[axis] - to, a.shape[axis] - from, a) }),
  pad: wrong({ pad: (axis, from, length, a) => o.pad(axis, length - from - a.shape[axis], length, a) }),
  concat: wrong({ concat: (axis, ...parts) => reversed(o.concat(axis, ...parts)) }),
  tag: wrong({ tag: (_, a) => rolled(a) }),
  mul: wrong({ mul: (a, b) => o.mul(a, reversed(b)) }),
  matmul: wrong({ matmul: (a, b) => o.matmul(a, o.reshape(b.shape, swap(b))) }),
};

const tanh = (x: number): number => 1 - 2 / (UNARY_FUNCTIONS.exp(2 * x) + 1);
const tanhGelu = (x: number): number => 0.5 * x * (1 + tanh(Math.sqrt(2 / Math.PI) * (x + 0.044715 * x * x * x)));
/** One scalar function replaced. */
const unary = (f: Unary, by: (x: number) => number): Mutant => wrong({ unary: (g, a) => (g === f ? map(a, by) : o.unary(g, a)) });
const { exp, expm1, log, erf, cdf } = UNARY_FUNCTIONS;
/** Abramowitz and Stegun 7.1.26: erf to 1.5e-7, what shader libraries ship. */
const crudeErf = (x: number): number => {
  const t = 1 / (1 + 0.3275911 * Math.abs(x));
  const p = t * (0.254829592 + t * (-0.284496736 + t * (1.421413741 + t * (-1.453152027 + t * 1.061405429))));
  return (x < 0 ? -1 : 1) * (1 - p * exp(-x * x));
};

/** Scores of attention, and attention from given weights. */
const scores = (scale: number, q: Tensor, k: Tensor): Tensor => o.scale(scale, o.matmul(q, swap(k)));
const causal = (x: Tensor): Tensor => {
  const [m, n] = x.shape.slice(-2);
  return o.softmax(map(x, (v, i) => (i % n > Math.floor(i / n) % m ? -1e9 : v)));
};
const unit = (x: Tensor): Tensor => o.mul(x, o.unary('rsqrt', squares(x, 1)));

/** For each law of a named thing, an implementation that breaks it and that people have written. */
export const MISTAKES: Readonly<Record<string, Mutant>> = {
  'own sub = derived sub': MISPLACED.sub as Mutant,
  'own mean = derived mean': wrong({ mean: (a) => o.scale(1 / (last(a.shape) + 1), o.sumLast(a)) }),
  'own softmax = derived softmax': wrong({ softmax: (x) => { const e = o.unary('exp', x); return o.div(e, o.repeatLast(last(x.shape), o.sumLast(e))); } }),
  'own logSoftmax = derived logSoftmax': wrong({ logSoftmax: (x) => o.unary('log', o.softmax(x)) }),
  'own gelu = derived gelu': wrong({ gelu: (x) => map(x, tanhGelu) }),
  'own layerNorm = derived layerNorm': wrong({ layerNorm: (eps, x, g, b) => affine(overRoot(centred(x), squares(centred(x), last(x.shape)), eps / 10), g, b) }),
  'own linear = derived linear': wrong({ linear: (x, w) => o.linear(x, w) }),
  'own attention = derived attention': wrong({ attention: (scale, q, k, v) => o.scale(scale, o.attention(1, q, k, v)) }),

  'gelu: definition': wrong({ gelu: (x) => map(x, tanhGelu) }),
  'gelu: difference': wrong({ gelu: (x) => map(x, (v) => v / (1 + exp(-v)) + (v < 0 ? 1e-3 : 0)) }),
  'erf: odd': unary('erf', (x) => (x < 0 ? erf(x) * (1 + 2 ** -50) : erf(x))),
  'erf and erfc': unary('erf', crudeErf),
  'cdf: symmetric': unary('cdf', (x) => (x < 0 ? 0.5 * (1 + crudeErf(x * Math.SQRT1_2)) : cdf(x))),
  'cdf: definition': unary('cdf', (x) => 1 / (1 + exp(-1.702 * x))),
  'exp of log': unary('log', (x) => log(x) * (1 + 1e-12)),
  'log of exp': unary('exp', (x) => exp(x) * (1 + 1e-12)),
  'exp of a sum': unary('exp', (x) => exp(x) + 1e-9),
  expm1: unary('expm1', (x) => expm1(x) * (1 + 1e-12)),
  'log1p of expm1': unary('log1p', (x) => x - (x * x) / 2),
  log1p: unary('log1p', (x) => x - (x * x) / 2),
  sqrt: unary('sqrt', (x) => Math.sqrt(x) * (1 + 1e-12)),
  rsqrt: unary('rsqrt', (x) => Math.fround(1 / Math.sqrt(x))),

  'scalar functions at 0': unary('sqrt', (x) => (x === 0 ? 1 : Math.sqrt(x))),
  'constant: value': wrong({ constant: (shape, data) => reversed(o.constant(shape, data)) }),
  'maxLast: upper bound': wrong({ maxLast: first }),
  'maxLast: attained': wrong({ maxLast: (x) => map(o.maxLast(x), (v) => Math.max(0, v)) }),

  'softmax: shift': wrong({ softmax: (x) => { const e = o.unary('exp', x); return o.div(e, o.repeatLast(last(x.shape), o.sumLast(e))); } }),
  'softmax: sum': wrong({ softmax: (x) => { const e = o.unary('exp', o.sub(x, o.repeatLast(last(x.shape), o.maxLast(x)))); return o.div(e, o.shift(1, o.repeatLast(last(x.shape), o.sumLast(e)))); } }),
  'softmax: positive': wrong({ softmax: (x) => o.shift(-1e-9, o.softmax(x)) }),
  'softmax: permutation': wrong({ softmax: prefix }),
  'softmax: ratio': wrong({ softmax: (x) => o.softmax(o.scale(Math.LOG2E, x)) }),
  'logSoftmax: shift': wrong({ logSoftmax: (x) => o.sub(x, o.repeatLast(last(x.shape), o.unary('log', o.sumLast(o.unary('exp', x))))) }),
  'logSoftmax: exponential': wrong({ logSoftmax: (x) => o.scale(Math.LOG2E, o.logSoftmax(x)) }),
  'logSoftmax: negative': wrong({ logSoftmax: (x) => o.scale(-1, o.logSoftmax(x)) }),

  'layerNorm: shift': wrong({ layerNorm: (eps, x, g, b) => affine(overRoot(x, squares(x, last(x.shape)), eps), g, b) }),
  'layerNorm: scale': wrong({ layerNorm: (eps, x, g, b) => affine(o.div(centred(x), o.shift(eps, o.unary('sqrt', squares(centred(x), last(x.shape))))), g, b) }),
  'layerNorm: mean': wrong({ layerNorm: (eps, x, g, b) => affine(overRoot(x, squares(centred(x), last(x.shape)), eps), g, b) }),
  'layerNorm: variance': wrong({ layerNorm: (eps, x, g, b) => affine(overRoot(centred(x), squares(centred(x), last(x.shape) - 1), eps), g, b) }),
  'layerNorm: affine': wrong({ layerNorm: (eps, x, g, b) => o.layerNorm(eps, x, o.shift(1, g), b) }),
  'layerNorm: permutation': wrong({ layerNorm: (eps, x, g, b) => o.layerNorm(eps, x, reversed(g), b) }),

  'attention: queries': wrong({ attention: (scale, q, k, v) => o.matmul(causal(scores(scale, q, k)), v) }),
  'attention: keys and values': wrong({ attention: (scale, q, k, v) => o.matmul(causal(scores(scale, q, k)), v) }),
  'attention: linear in v': wrong({ attention: (scale, q, k, v) => saturating('attention').attention(scale, q, k, v) }),
  'attention: one value': wrong({ attention: (scale, q, k, v) => o.matmul(swap(o.softmax(swap(scores(scale, q, k)))), v) }),
  'attention: key shift': wrong({ attention: (scale, q, k, v) => o.attention(scale, q, unit(k), v) }),
  'attention: scale': wrong({ attention: (scale, q, k, v) => o.scale(scale, o.attention(1, q, k, v)) }),
}; // biome-ignore format: one mistake a line

/** The first of a row taken for its largest. */
function first(x: Tensor): Tensor {
  return o.reshape(x.shape.slice(0, -1), o.slice(x.shape.length - 1, 0, 1, x));
}

/** A softmax that sees only what comes before. */
function prefix(x: Tensor): Tensor {
  const n = last(x.shape);
  return map(x, (v, i) => exp(v) / Array.from(x.data).slice(i - (i % n), i + 1).reduce((sum, u) => sum + exp(u), 0)); // biome-ignore format: one line
}

/** Derivatives of which the reverse ones forget a factor 2 at `op`. */
export const doubled = (op: OpName): Derivatives => ({
  jvp,
  vjp: <T extends Shaped>(base: Ops<T>): Ops<Variable<T>> => {
    const right = vjp(base);
    const twice = (...all: unknown[]): Variable<T> => {
      const y = (right[op] as (...all: unknown[]) => Variable<T>)(...all);
      if (op === 'maxLast')
        return { ...y, parents: [{ node: all[0] as Variable<T>, pull: (dy) => base.repeatLast(last((all[0] as Variable<T>).shape), dy) }] };
      return { ...y, parents: y.parents.map(({ node, pull }) => ({ node, pull: (dy) => base.scale(2, pull(dy)) })) };
    };
    return { ...right, [op]: twice };
  },
});

/** Derivatives whose slope of `f` is off by a factor that depends on where it is. */
export const skewed = (f: Unary): Derivatives => ({
  jvp,
  vjp: <T extends Shaped>(base: Ops<T>): Ops<Variable<T>> => {
    const right = vjp(base);
    const off = (y: Variable<T>): Variable<T> => ({
      ...y,
      parents: y.parents.map(({ node, pull }) => ({ node, pull: (dy) => base.mul(pull(dy), base.shift(3, node.value)) })),
    });
    return {
      ...right,
      unary: (g, a) => (f === g ? off(right.unary(g, a)) : right.unary(g, a)),
      gelu: (a) => (f === 'gelu' ? off(right.gelu(a)) : right.gelu(a)),
    };
  },
});

/** The function whose slope to skew, for each law between scalar functions. */
export const SKEWED: Readonly<Record<string, Unary>> = {
  'gelu: definition': 'gelu',
  'gelu: difference': 'gelu',
  'erf: odd': 'erf',
  'erf and erfc': 'erf',
  'cdf: symmetric': 'cdf',
  'cdf: definition': 'cdf',
  'exp of log': 'exp',
  'log of exp': 'log',
  'exp of a sum': 'exp',
  expm1: 'expm1',
  'log1p of expm1': 'log1p',
  log1p: 'log1p',
  sqrt: 'sqrt',
  rsqrt: 'rsqrt',
};

/** Derivatives that change the value they carry, at `op`. */
export const drifting = (op: OpName): Derivatives => ({
  vjp,
  jvp: <T extends Shaped>(base: Ops<T>): Ops<Dual<T>> => {
    const right = jvp(base);
    const off = (...all: unknown[]): Dual<T> => {
      const y = (right[op] as (...all: unknown[]) => Dual<T>)(...all);
      return { ...y, value: base.scale(1 + 2 ** -51, y.value) };
    };
    return { ...right, [op]: off };
  },
});

/** Interpreters that are off by a bit when they replay or trace, and foresee a scalar everywhere. */
export const careless = (op: OpName): Interpreters => ({
  record,
  replay: (program) => (base, inputs) => {
    const outputs = Object.entries(replay(program)(base, inputs));
    return Object.fromEntries(outputs.map(([name, y]) => [name, base.scale(1 + 2 ** -51, y)]));
  },
  trace: <T extends Shaped>(base: Ops<T>): Ops<Traced<T>> => {
    const right = trace(base);
    const off = (...all: unknown[]): Traced<T> => {
      const y = (right[op] as (...all: unknown[]) => Traced<T>)(...all);
      return { ...y, value: base.scale(1 + 2 ** -51, y.value) };
    };
    return { ...right, [op]: off };
  },
  shape: { ...shape, [op]: (...all: unknown[]) => ({ ...(shape[op] as (...all: unknown[]) => Sketch)(...all), shape: [1, 1] }) },
});

/** The first `count` indices of an axis counted from the end, or all that there are. */
const atMost = (count: number, fromEnd: number, a: Tensor): Tensor =>
  o.slice(a.shape.length - fromEnd, 0, Math.min(count, a.shape[a.shape.length - fromEnd]), a);
const isSquare = ({ shape }: Tensor): boolean => shape.length >= 2 && shape[shape.length - 1] === shape[shape.length - 2];

/** Mistakes that other laws do not see: only on long axes, only on equal ones, only far from 0. */
export const HIDDEN: readonly (readonly [law: string, what: string, Mutant])[] = [
  ['matmul on long axes', 'columns from the 16th on', after('matmul', (y) => map(y, (v, i) => (i % last(y.shape) >= 16 ? v * 1.01 : v)))],
  ['matmul on long axes', 'products past the 32nd', wrong({ matmul: (a, b) => o.matmul(atMost(32, 1, a), atMost(32, 2, b)) })],
  ['linear on long axes', 'columns from the 256th on', after('linear', (y) => map(y, (v, i) => (i % last(y.shape) >= 256 ? 0 : v)))],
  ['linear on long axes', 'products past the 512th', wrong({ linear: (x, w, b) => o.linear(atMost(512, 1, x), atMost(512, 1, w), b) })],
  ['softmax on long axes', 'the sum of a row past the 32nd', wrong({ softmax: (x) => { const e = o.unary('exp', o.sub(x, o.repeatLast(last(x.shape), o.maxLast(x)))); return o.div(e, o.repeatLast(last(x.shape), o.sumLast(atMost(32, 1, e)))); } })],
  ['layerNorm on long axes', 'the mean past the 16th', wrong({ layerNorm: (eps, x, g, b) => { const c = o.sub(x, o.repeatLast(last(x.shape), o.mean(atMost(16, 1, x)))); return affine(overRoot(c, squares(c, last(x.shape)), eps), g, b); } })],
  ['attention on long axes', 'keys past the 64th', wrong({ attention: (scale, q, k, v) => o.attention(scale, q, atMost(64, 2, k), atMost(64, 2, v)) })],
  ['sumLeading on long axes', 'rows past the 128th', wrong({ sumLeading: (shape, a) => o.sumLeading(shape, atMost(128, shape.length + 1, o.reshape([size(a.shape) / size(shape), ...shape], a))) })],
  ['softmax on equal axes', 'over columns where they are as long', wrong({ softmax: (x) => (isSquare(x) ? swap(o.softmax(swap(x))) : o.softmax(x)) })],
  ['attention on equal axes', 'queries for keys where there are as many', wrong({ attention: (scale, q, k, v) => (q.shape.join() === k.shape.join() ? o.attention(scale, k, q, v) : o.attention(scale, q, k, v)) })],
  ['linear on equal axes', 'square weights as (in, out)', wrong({ linear: (x, w, b) => o.linear(x, isSquare(w) ? swap(w) : w, b) })],
  ['scale', 'factors below 1e-4', wrong({ scale: (c, x) => o.scale(Math.abs(c) < 1e-4 ? 0 : c, x) })],
  ['maxLast: upper bound', 'the smallest for the largest', wrong({ maxLast: (x) => o.scale(-1, o.maxLast(o.scale(-1, x))) })],
  ['softmax: sum', 'the maximum is not taken off', wrong({ softmax: (x) => { const e = o.unary('exp', x); return o.div(e, o.repeatLast(last(x.shape), o.sumLast(e))); } })],
  ['exp of a sum', 'exp ends where float16 does', unary('exp', (x) => Math.min(exp(x), 65504))],
  ['log of exp', 'exp is 0 below −20', unary('exp', (x) => (x < -20 ? 0 : exp(x)))],
]; // biome-ignore format: one mistake a line
