import { adopt, decays, deitConfig, hashTensor, namedParams, oneHot, reference, seededParams, tokenCount } from '../../dist/src/index.js';
import { lossAndGradient, stepInputs, update } from '../child/programs.mjs';
import { depthOf, judged, largestDifference, longestSum, ROUNDOFF, tolerance } from '../tolerance.mjs';
import { rounded, writeWork } from './write.mjs';

const SEED = 1;
const BATCH = 64;
const CONFIG = deitConfig({
  ...{ image: [28, 28], patch: 4, channels: 1, dim: 64, depth: 4, heads: 4, classes: 10, distilled: true },
});
/** The published optimizer; the state it starts from has seen some steps, so that a wrong moment or correction shows in one. */
const ADAMW = { lr: 1e-3, decay: 0.05, beta1: 0.9, beta2: 0.999, eps: 1e-8, step: 3 };

const wide = ({ shape, data }) => adopt(shape, Float64Array.from(data));
const mapped = (record, f) => Object.fromEntries(Object.entries(record).map(([name, value]) => [name, f(value, name)]));

/** One step of AdamW on numbers (Loshchilov and Hutter 2019, algorithm 2, decay times learning rate as in PyTorch). */
const adamw = ({ lr, decay, beta1, beta2, eps, step }, { p, m, v, g }, decayed) => {
  const t = step + 1;
  const m2 = beta1 * m + (1 - beta1) * g;
  const v2 = beta2 * v + (1 - beta2) * g * g;
  const update = (lr * (m2 / (1 - beta1 ** t))) / (Math.sqrt(v2 / (1 - beta2 ** t)) + eps);
  return { p: p * (decayed ? 1 - lr * decay : 1) - update, m: m2, v: v2 };
};

/** The same step as a program of the reference, whose bits an engine of this project must have in float64. */
const exactStep = (spec, loss, gradient, state) => {
  const told = mapped(stepInputs(ADAMW, ADAMW.step + 1), (x) => adopt([], Float64Array.of(x)));
  return { loss: Float64Array.of(loss), ...mapped(update(spec)(reference, told, mapped(state, wide), gradient), ({ data }) => data) };
};

/**
 * How far each number of the new state may be, for a gradient that is off by at most `slack`: the step with the gradient moved either way,
 * and eight roundings of what is added.
 */
const allowance = (state, decayed, slack, u) => {
  const at = (g) => adamw(ADAMW, { ...state, g }, decayed);
  const [low, here, high] = [at(state.g - slack), at(state.g), at(state.g + slack)];
  const moved = (kind) => 1.5 * Math.max(Math.abs(low[kind] - here[kind]), Math.abs(high[kind] - here[kind]));
  return mapped(here, (x, kind) => ({ want: x, allowed: moved(kind) + 8 * u * (Math.abs(x) + (kind === 'p' ? ADAMW.lr : 0)) }));
};

const judgeStep = (got, loss, gradient, state, decayed, dtype) => {
  const u = ROUNDOFF[dtype];
  const relative = tolerance(dtype, 3 * depthOf(CONFIG), Math.max(longestSum(CONFIG, tokenCount(CONFIG)), BATCH * tokenCount(CONFIG)));
  const lossError = Math.abs(got.loss?.[0] - loss) / Math.abs(loss);
  if (!(lossError <= relative))
    return { ok: false, error: lossError, allowed: relative, why: `the loss is ${got.loss?.[0]}, the reference has ${loss}` };
  let worst = 0;
  for (const [name, { data: g }] of Object.entries(gradient)) {
    const largest = largestDifference(g, new Float64Array(g.length)).worst;
    for (let i = 0; i < g.length; i++) {
      const before = { p: state.p[name].data[i], m: state.m[name].data[i], v: state.v[name].data[i], g: g[i] };
      const numbers = allowance(before, decayed.includes(name), relative * largest, u);
      for (const [kind, { want, allowed }] of Object.entries(numbers)) {
        const difference = Math.abs(got[`${kind}.${name}`]?.[i] - want);
        if (!(difference <= allowed))
          return {
            ok: false,
            error: Number.NaN,
            allowed: relative,
            why: `${kind}.${name}[${i}] is ${got[`${kind}.${name}`]?.[i]}, the reference has ${want} ± ${allowed.toExponential(1)}`,
          };
        // The gradient that the peer's moment tells of, beside the largest of its tensor.
        if (kind === 'm') worst = Math.max(worst, difference / (1 - ADAMW.beta1) / largest);
      }
    }
  }
  return { ok: true, error: worst, allowed: relative };
};

/** A training step of a small DeiT: hard distillation, gradients, AdamW in its two groups; the state stays with the peer. */
export const trainCase = () => {
  const p = mapped(namedParams(seededParams(SEED, CONFIG)), rounded);
  const state = {
    p,
    m: mapped(p, ({ shape }, name) => rounded(hashTensor(`m.${name}`, 2, shape, 1e-3))),
    v: mapped(p, ({ shape }, name) => rounded(hashTensor(`v.${name}`, 3, shape, 5e-7, 1e-6))),
  };
  const labels = (name) => Array.from(hashTensor(name, SEED, [BATCH], 1).data, (x) => Math.floor(((x + 1) / 2) * CONFIG.classes));
  const batch = {
    image: rounded(hashTensor('image', SEED, [BATCH, CONFIG.channels, ...CONFIG.image], 2)),
    target: rounded(oneHot(CONFIG.classes, labels('target'))),
    teacher: rounded(oneHot(CONFIG.classes, labels('teacher'))),
  };
  const decayed = Object.entries(p).flatMap(([name, { shape }]) => (decays('facebook', name, shape) ? [name] : []));
  const spec = { work: 'train', config: CONFIG, batch: BATCH, parameters: Object.keys(p), adamw: { ...ADAMW, decayed } };
  const prefixed = (kind) => Object.fromEntries(Object.entries(state[kind]).map(([name, value]) => [`${kind}.${name}`, value]));
  const { value, gradient } = lossAndGradient(CONFIG)(reference, { ...mapped(batch, wide), ...mapped(p, wide) });
  const gradients = Object.fromEntries(Object.keys(p).map((name) => [name, gradient[name]]));
  return {
    title: 'training step, 28×28, patch 4, D 64, depth 4, distilled, batch 64',
    unit: 'ms a step',
    perRun: 1,
    images: BATCH,
    folder: writeWork('train', spec, { ...prefixed('p'), ...prefixed('m'), ...prefixed('v'), ...batch }),
    judge: (got, { dtype, exact }) =>
      exact
        ? judged(got, exactStep(spec, value.data[0], gradients, { ...prefixed('p'), ...prefixed('m'), ...prefixed('v') }), 0, true)
        : judgeStep(got, value.data[0], gradients, state, decayed, dtype),
  };
};

export const trainCases = () => [trainCase];
