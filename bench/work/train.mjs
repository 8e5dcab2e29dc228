import { mapRecord } from '../../dist/src/core/params/map-record.js';
import {
  decays,
  deitConfig,
  hashTensor,
  namedParams,
  oneHot,
  reference,
  seededParams,
  stateName,
  tokenCount,
} from '../../dist/src/index.js';
import { adopt } from '../../dist/src/language.js';
import { parametersOf, scalarsOf, trainProgram } from '../child/programs.mjs';
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

/** One step of AdamW on numbers (Loshchilov and Hutter 2019, algorithm 2, decay times learning rate as in PyTorch). */
const adamw = ({ lr, decay, beta1, beta2, eps, step }, { param, mean, square, g }, decayed) => {
  const t = step + 1;
  const m = beta1 * mean + (1 - beta1) * g;
  const v = beta2 * square + (1 - beta2) * g * g;
  const update = (lr * (m / (1 - beta1 ** t))) / (Math.sqrt(v / (1 - beta2 ** t)) + eps);
  return { param: param * (decayed ? 1 - lr * decay : 1) - update, mean: m, square: v };
};

/** The same step on the reference, whose bits an engine of this project must have in float64, and the gradients that it met. */
const referenceStep = (spec, tensors) => {
  let gradients;
  const step = trainProgram(spec, (_, met) => {
    gradients = met;
    return met;
  });
  const outputs = step(reference, { ...mapRecord(wide, tensors), ...scalarsOf(spec, ADAMW.step + 1) });
  return { outputs: mapRecord(({ data }) => data, outputs), gradients };
};

/**
 * How far each number of the new state may be, for a gradient that is off by at most `slack`: the step with the gradient moved either way,
 * and eight roundings of what is added.
 */
const allowance = (state, decayed, slack, u) => {
  const at = (g) => adamw(ADAMW, { ...state, g }, decayed);
  const [low, here, high] = [at(state.g - slack), at(state.g), at(state.g + slack)];
  const moved = (part) => 1.5 * Math.max(Math.abs(low[part] - here[part]), Math.abs(high[part] - here[part]));
  return mapRecord((x, part) => ({ want: x, allowed: moved(part) + 8 * u * (Math.abs(x) + (part === 'param' ? ADAMW.lr : 0)) }), here);
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
      const before = { ...mapRecord((tensors) => tensors[name].data[i], state), g: g[i] };
      const numbers = allowance(before, decayed.includes(name), relative * largest, u);
      for (const [part, { want, allowed }] of Object.entries(numbers)) {
        const called = stateName(part, name);
        const difference = Math.abs(got[called]?.[i] - want);
        if (!(difference <= allowed))
          return {
            ok: false,
            error: Number.NaN,
            allowed: relative,
            why: `${called}[${i}] is ${got[called]?.[i]}, the reference has ${want} ± ${allowed.toExponential(1)}`,
          };
        // The gradient that the peer's moment tells of, beside the largest of its tensor.
        if (part === 'mean') worst = Math.max(worst, difference / (1 - ADAMW.beta1) / largest);
      }
    }
  }
  return { ok: true, error: worst, allowed: relative };
};

/** A training step of a small DeiT: hard distillation, gradients, AdamW in its two groups; the state stays with the peer. */
export const trainCase = () => {
  const param = mapRecord(rounded, namedParams(seededParams(SEED, CONFIG)));
  const state = {
    param,
    mean: mapRecord(({ shape }, name) => rounded(hashTensor(`m.${name}`, 2, shape, 1e-3)), param),
    square: mapRecord(({ shape }, name) => rounded(hashTensor(`v.${name}`, 3, shape, 5e-7, 1e-6)), param),
  };
  const labels = (name) => Array.from(hashTensor(name, SEED, [BATCH], 1).data, (x) => Math.floor(((x + 1) / 2) * CONFIG.classes));
  const batch = {
    image: rounded(hashTensor('image', SEED, [BATCH, CONFIG.channels, ...CONFIG.image], 2)),
    target: rounded(oneHot(CONFIG.classes, labels('target'))),
    teacher: rounded(oneHot(CONFIG.classes, labels('teacher'))),
  };
  const tensors = Object.fromEntries(
    Object.entries(state).flatMap(([part, values]) => Object.entries(values).map(([name, value]) => [stateName(part, name), value])),
  );
  const groups = decays('facebook', parametersOf({ config: CONFIG }));
  const decayed = Object.keys(groups).filter((name) => groups[name]);
  const spec = { work: 'train', config: CONFIG, batch: BATCH, parameters: Object.keys(param), adamw: { ...ADAMW, decayed } };
  const { outputs, gradients } = referenceStep(spec, { ...tensors, ...batch });
  return {
    title: 'training step, 28×28, patch 4, D 64, depth 4, distilled, batch 64',
    unit: 'ms a step',
    perRun: 1,
    images: BATCH,
    folder: writeWork('train', spec, { ...tensors, ...batch }),
    judge: (got, { dtype, exact }) =>
      exact ? judged(got, outputs, 0, true) : judgeStep(got, outputs.loss[0], gradients, state, decayed, dtype),
  };
};

export const trainCases = () => [trainCase];
