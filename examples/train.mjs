// A small DeiT learns to tell a cat from a cup of coffee: crops of two photographs, AdamW, the WebAssembly engine.
//
//   node examples/train.mjs [STEPS]
//
// The parameters and AdamW's moments are state: they stay on the engine, each step takes a batch and gives a loss, and the trained weights are
// read at the end.
import { fileURLToPath } from 'node:url';
import {
  adamw,
  biasCorrection,
  crop,
  crossEntropy,
  DEIT_ADAMW,
  deit,
  deitConfig,
  hashTensor,
  namedParams,
  normalise,
  oneHot,
  paramsFrom,
  seededParams,
  tensor,
  topAccuracy,
  valueAndGradient,
} from 'deit-oracle';
import { readImage } from 'deit-oracle/io';
import { simdEngine } from 'deit-oracle/simd';

const STEPS = Number(process.argv[2] ?? 60);
if (!(Number.isInteger(STEPS) && STEPS > 0)) throw new Error(`STEPS must be a whole number above 0, got ${process.argv[2]}`);
const BATCH = 32;
const SIDE = 32;
const config = deitConfig({ image: [SIDE, SIDE], patch: 8, channels: 3, dim: 48, depth: 2, heads: 3, classes: 2, distilled: false });

const done = async (task) => {
  const result = await task();
  if (result._tag === 'Left') throw new Error(result.left.message);
  return result.right;
};
const mapped = (record, f) => Object.fromEntries(Object.entries(record).map(([name, value]) => [name, f(value, name)]));
const scalar = (x) => tensor([], [x]);

const at = (file) => fileURLToPath(new URL(`../data/${file}`, import.meta.url));
const photographs = await Promise.all(['chelsea.png', 'coffee.png'].map((file) => done(readImage(at(file)))));

/** Crops drawn from a seed, half of each photograph's: the left two thirds to learn from, the right third to be judged on. */
const batchOf = (seed, held) => {
  const labels = Array.from({ length: BATCH }, (_, i) => i % 2);
  const draws = hashTensor('crops', seed, [BATCH, 2], 1).data;
  const pixels = labels.flatMap((label, i) => {
    const photograph = photographs[label];
    const [u, v] = [draws[2 * i], draws[2 * i + 1]].map((x) => (x + 1) / 2);
    const border = Math.floor((photograph.width * 2) / 3);
    const [from, to] = held ? [border, photograph.width] : [0, border];
    const box = {
      top: Math.floor(v * (photograph.height - SIDE)),
      left: from + Math.floor(u * (to - from - SIDE)),
      height: SIDE,
      width: SIDE,
    };
    return [...normalise(crop(photograph, box)).data];
  });
  return { image: tensor([BATCH, 3, SIDE, SIDE], pixels), target: oneHot(2, labels), labels };
};

const loss = (o, { image, target, ...weights }) => crossEntropy(o)(deit(o, config)(paramsFrom(config, weights), image).cls, target);

/** One step: from parameters, moments and a batch to the loss, the next parameters and the next moments. */
const step = (o, { image, target, learningRate, correction1, correction2, ...state }) => {
  const of = (part) => mapped(start, (_, name) => state[`${part}.${name}`]);
  const [value, mean, square] = ['value', 'mean', 'square'].map(of);
  const { value: cost, gradient } = valueAndGradient(loss)(o, { image, target, ...value });
  const slots = mapped(start, (_, name) => ({ value: value[name], mean: mean[name], square: square[name] }));
  const next = adamw(o)(DEIT_ADAMW, { learningRate, correction1, correction2 }, slots, gradient);
  const outputs = Object.entries(next).flatMap(([name, slot]) => Object.entries(slot).map(([part, x]) => [`next ${part}.${name}`, x]));
  return { loss: cost, ...Object.fromEntries(outputs) };
};

const start = namedParams(seededParams(1, config));
const nothing = mapped(start, ({ shape }) => tensor(shape, new Float64Array(shape.reduce((n, d) => n * d, 1))));
const named = (part, tensors) => Object.fromEntries(Object.entries(tensors).map(([name, x]) => [`${part}.${name}`, x]));
const initial = { ...named('value', start), ...named('mean', nothing), ...named('square', nothing) };
const told = (t) => ({
  learningRate: scalar(1e-3),
  correction1: scalar(biasCorrection(DEIT_ADAMW.beta1, t)),
  correction2: scalar(biasCorrection(DEIT_ADAMW.beta2, t)),
});

const engine = await done(simdEngine({ dtype: 'F32' }));
const shapes = mapped({ image: batchOf(0, false).image, target: batchOf(0, false).target, ...told(1), ...initial }, ({ shape }) => shape);
const plan = await done(engine.compile(step, shapes, { state: mapped(initial, (_, name) => `next ${name}`) }));
console.log(plan.describe);
for (let t = 1; t <= STEPS; t++) {
  const { image, target } = batchOf(t, false);
  const outputs = await done(plan.run({ image, target, ...told(t), ...(t === 1 ? initial : {}) }));
  if (t === 1 || t % 20 === 0) console.log(`step ${t}: loss ${outputs.loss.data[0].toFixed(3)}`);
}

const names = Object.keys(start);
const trained = await done(plan.read(names.map((name) => `value.${name}`)));
const weights = Object.fromEntries(names.map((name) => [name, trained[`value.${name}`]]));
const seen = await done(
  engine.compile((o, { image, ...p }) => ({ logits: deit(o, config)(paramsFrom(config, p), image).cls }), {
    image: [BATCH, 3, SIDE, SIDE],
    ...mapped(weights, ({ shape }) => shape),
  }),
);
const held = batchOf(STEPS + 1, true);
const { logits } = await done(seen.run({ image: held.image, ...weights }));
const right = topAccuracy(1, logits, held.labels);
console.log(`${right.toFixed(1)} % of ${BATCH} crops from the other side of the photographs are told right`);
plan.dispose();
seen.dispose();
engine.dispose();
if (right < 90) process.exitCode = 1;
