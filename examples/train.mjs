// A small DeiT learns to tell a cat from a cup of coffee: crops of two photographs, AdamW, the WebAssembly engine.
//
//   node examples/train.mjs [STEPS]
//
// The parameters and AdamW's moments are state: they stay on the engine, each step takes a batch and gives a loss, and the trained weights are
// read at the end.
import { fileURLToPath } from 'node:url';
import {
  crop,
  crossEntropy,
  DEIT_ADAMW,
  deitConfig,
  forwardProgram,
  hashTensor,
  initialState,
  lossProgram,
  namedParams,
  normalise,
  oneHot,
  paramShapes,
  paramsIn,
  seededParams,
  specification,
  stateName,
  stepInputs,
  stepState,
  tensor,
  topAccuracy,
  trainingStep,
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
const shapesOf = (tensors) => Object.fromEntries(Object.entries(tensors).map(([name, { shape }]) => [name, shape]));

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

/** One step, as a program: from parameters, AdamW's moments and a batch to the loss, the next parameters and the next moments. */
const parameters = namedParams(specification(config));
const loss = lossProgram(config, (o, { cls }, { target }) => crossEntropy(o)(cls, target));
const step = trainingStep({ parameters, loss });
const start = initialState(parameters, namedParams(seededParams(1, config)));
const inputsOf = (t) => {
  const { image, target } = batchOf(t, false);
  return { image, target, ...stepInputs(DEIT_ADAMW, 1e-3, t) };
};

const engine = await done(simdEngine({ dtype: 'F32' }));
const plan = await done(engine.compile(step, shapesOf({ ...inputsOf(1), ...start }), { state: stepState(parameters) }));
console.log(plan.describe);
for (let t = 1; t <= STEPS; t++) {
  const outputs = await done(plan.run({ ...inputsOf(t), ...(t === 1 ? start : {}) }));
  if (t === 1 || t % 20 === 0) console.log(`step ${t}: loss ${outputs.loss.data[0].toFixed(3)}`);
}

const weights = paramsIn(await done(plan.read(Object.keys(parameters).map((name) => stateName('param', name)))));
const seen = await done(engine.compile(forwardProgram(config), { image: [BATCH, 3, SIDE, SIDE], ...paramShapes(config) }));
const held = batchOf(STEPS + 1, true);
const { logits_eval: logits } = await done(seen.run({ image: held.image, ...weights }));
const right = topAccuracy(1, logits, held.labels);
console.log(`${right.toFixed(1)} % of ${BATCH} crops from the other side of the photographs are classified right`);
plan.dispose();
seen.dispose();
engine.dispose();
if (right < 90) process.exitCode = 1;
