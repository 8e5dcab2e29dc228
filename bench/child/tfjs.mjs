import { createRequire } from 'node:module';
import { dirname } from 'node:path';
import { under } from './data.mjs';

const require = createRequire(import.meta.url);

const start = async (backend) => {
  const tf = require('@tensorflow/tfjs');
  if (backend === 'webgpu') {
    const dawn = require('webgpu');
    Object.assign(globalThis, dawn.globals);
    Object.defineProperty(globalThis, 'navigator', { value: { gpu: dawn.create([]) }, configurable: true });
  }
  const module = backend === 'cpu' ? undefined : require(`@tensorflow/tfjs-backend-${backend}`);
  if (backend === 'wasm') module.setWasmPaths(`${dirname(require.resolve('@tensorflow/tfjs-backend-wasm'))}/`);
  if (!(await tf.setBackend(backend))) throw new Error(`tfjs has no ${backend} back end here`);
  await tf.ready();
  return tf;
};

/** DeiT in TensorFlow.js, from weights by timm name: `forward` gives the logits of each head. */
const model = (tf, { patch, dim, depth, heads, eps, distilled, channels, image: [height, width] }) => {
  const [rows, columns, d] = [height / patch, width / patch, dim / heads];
  const linear = (p, name, x) => {
    const w = p[`${name}.weight`];
    const rank = x.shape.length;
    const y = tf.matMul(rank === 2 ? x : x.reshape([-1, x.shape[rank - 1]]), w, false, true).add(p[`${name}.bias`]);
    return rank === 2 ? y : y.reshape([...x.shape.slice(0, -1), w.shape[0]]);
  };
  const norm = (p, name, x) => {
    const { mean, variance } = tf.moments(x, -1, true);
    return x.sub(mean).mul(variance.add(eps).rsqrt()).mul(p[`${name}.weight`]).add(p[`${name}.bias`]);
  };
  const gelu = (x) => x.mul(0.5).mul(x.mul(Math.SQRT1_2).erf().add(1));
  const attention = (p, name, x) => {
    const [b, n] = x.shape;
    const qkv = linear(p, `${name}.qkv`, x).reshape([b, n, 3, heads, d]).transpose([2, 0, 3, 1, 4]);
    const [q, k, v] = tf.split(qkv, 3).map((part) => part.reshape([b * heads, n, d]));
    const probabilities = tf.softmax(tf.matMul(q, k, false, true).mul(1 / Math.sqrt(d)));
    const context = tf.matMul(probabilities, v).reshape([b, heads, n, d]).transpose([0, 2, 1, 3]).reshape([b, n, dim]);
    return linear(p, `${name}.proj`, context);
  };
  const block = (p, name, x) => {
    const h = x.add(attention(p, `${name}.attn`, norm(p, `${name}.norm1`, x)));
    return h.add(linear(p, `${name}.mlp.fc2`, gelu(linear(p, `${name}.mlp.fc1`, norm(p, `${name}.norm2`, h)))));
  };
  return (p, image) => {
    const [b] = image.shape;
    const patches = image
      .reshape([b, channels, rows, patch, columns, patch])
      .transpose([0, 2, 4, 1, 3, 5])
      .reshape([b * rows * columns, channels * patch * patch]);
    const kernel = p['patch_embed.proj.weight'].reshape([dim, channels * patch * patch]);
    const embedded = tf
      .matMul(patches, kernel, false, true)
      .add(p['patch_embed.proj.bias'])
      .reshape([b, rows * columns, dim]);
    const special = (distilled ? ['cls_token', 'dist_token'] : ['cls_token']).map((name) => tf.tile(p[name], [b, 1, 1]));
    let x = tf.concat([...special, embedded], 1).add(p.pos_embed);
    for (let i = 0; i < depth; i++) x = block(p, `blocks.${i}`, x);
    const normed = norm(p, 'norm', x);
    const token = (i) => normed.slice([0, i, 0], [b, 1, dim]).reshape([b, dim]);
    const cls = linear(p, 'head', token(0));
    return distilled ? { cls, dist: linear(p, 'head_dist', token(1)) } : { cls };
  };
};

const forward = (tf, { spec, tensors }) => {
  const { image, ...weights } = tensors;
  const parameters = Object.fromEntries(Object.entries(weights).map(([name, { shape, data }]) => [name, tf.tensor(data, shape)]));
  const deit = model(tf, spec.config);
  return async () => {
    const logits = tf.tidy(() => {
      const { cls, dist } = deit(parameters, tf.tensor(image.data, image.shape));
      return dist === undefined ? cls : cls.add(dist).mul(0.5);
    });
    const data = await logits.data();
    logits.dispose();
    return { logits: data };
  };
};

const gemm = (tf, { spec, tensors }) => {
  const [there, back] = ['there', 'back'].map((name) => tf.tensor(tensors[name].data, tensors[name].shape));
  return async () => {
    const result = tf.tidy(() => {
      let y = tf.tensor(tensors.x.data, tensors.x.shape);
      for (let i = 0; i < spec.repeats; i++) y = tf.matMul(tf.matMul(y, there), back);
      return y;
    });
    const y = await result.data();
    result.dispose();
    return { y };
  };
};

/** What a step replaces of each parameter. */
const PARTS = ['param', 'mean', 'square'];

/** AdamW in its two groups of parameters; one run is one step, of the state that the step before has left. */
const train = (tf, { spec, tensors }) => {
  const { lr, decay, beta1, beta2, eps, decayed } = spec.adamw;
  const deit = model(tf, spec.config);
  const names = spec.parameters;
  const state = Object.fromEntries(PARTS.map((part) => [part, under(`${part} `, tensors)]));
  for (const part of PARTS)
    for (const name of names) state[part][name] = tf.variable(tf.tensor(state[part][name].data, state[part][name].shape));
  const batch = (name) => tf.tensor(tensors[name].data, tensors[name].shape);
  const crossEntropy = (z, target) =>
    target
      .mul(tf.logSoftmax(z))
      .sum()
      .mul(-1 / z.shape[0]);
  let step = spec.adamw.step;
  return async () => {
    step++;
    const loss = tf.tidy(() => {
      const [image, target, teacher] = ['image', 'target', 'teacher'].map(batch);
      const { value, grads } = tf.variableGrads(
        () => {
          const { cls, dist } = deit(state.param, image);
          return crossEntropy(cls, target).mul(0.5).add(crossEntropy(dist, teacher).mul(0.5));
        },
        names.map((name) => state.param[name]),
      );
      for (const name of names) {
        const [p, m, v] = PARTS.map((part) => state[part][name]);
        const g = grads[p.name];
        m.assign(m.mul(beta1).add(g.mul(1 - beta1)));
        v.assign(v.mul(beta2).add(g.square().mul(1 - beta2)));
        const update = m.mul(lr / (1 - beta1 ** step)).div(
          v
            .mul(1 / (1 - beta2 ** step))
            .sqrt()
            .add(eps),
        );
        p.assign(p.mul(decayed.includes(name) ? 1 - lr * decay : 1).sub(update));
      }
      return value;
    });
    const value = await loss.data();
    loss.dispose();
    return { loss: value, ...trained(names, state) };
  };
};

/** What a step leaves, to be read only when asked for. */
const trained = (names, state) => {
  const outputs = {};
  for (const part of PARTS)
    for (const name of names)
      Object.defineProperty(outputs, `${part} ${name}`, { enumerable: true, get: () => state[part][name].dataSync() });
  return outputs;
};

export const load = async (job) => {
  const tf = await start(job.options.backend);
  return {
    describe: `tfjs ${tf.version_core}, ${tf.getBackend()} back end, ${job.options.threads} thread`,
    run: { forward, gemm, train }[job.spec.work](tf, job),
  };
};
