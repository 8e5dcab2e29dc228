import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { blockUntilReady, defaultDevice, init, jit, lax, nn, numpy as np, valueAndGrad } from '@jax-js/jax';
import { under } from './data.mjs';

/*
 * jax-js counts references: a function takes ownership of its arguments, and `.ref` is one more reference for a value that is used again.
 */

const array = ({ shape, data }) => np.array(data.slice()).reshape(shape);
const arrays = (tensors) => Object.fromEntries(Object.entries(tensors).map(([name, value]) => [name, array(value)]));

/** DeiT in jax-js, from weights by timm name, each of which it takes once: gives the logits of each head. */
const model = ({ patch, dim, depth, heads, eps, distilled, channels, image: [height, width] }) => {
  const [rows, columns, d] = [height / patch, width / patch, dim / heads];
  const linear = (p, name, x) => np.matmul(x, np.transpose(p[`${name}.weight`])).add(p[`${name}.bias`]);
  const norm = (p, name, x) => {
    const centred = x.ref.sub(np.mean(x, -1, { keepdims: true }));
    const variance = np.mean(np.square(centred.ref), -1, { keepdims: true });
    return centred
      .mul(np.reciprocal(np.sqrt(variance.add(eps))))
      .mul(p[`${name}.weight`])
      .add(p[`${name}.bias`]);
  };
  const gelu = (x) => x.ref.mul(0.5).mul(lax.erf(x.mul(Math.SQRT1_2)).add(1));
  const attention = (p, name, x) => {
    const [b, n] = x.shape;
    const qkv = np.transpose(linear(p, `${name}.qkv`, x).reshape([b, n, 3, heads, d]), [2, 0, 3, 1, 4]);
    const part = (i) => (i < 2 ? qkv.ref : qkv).slice(i);
    const [q, k, v] = [part(0), part(1), part(2)];
    const probabilities = nn.softmax(np.matmul(q, np.transpose(k, [0, 1, 3, 2])).mul(1 / Math.sqrt(d)), -1);
    return linear(p, `${name}.proj`, np.transpose(np.matmul(probabilities, v), [0, 2, 1, 3]).reshape([b, n, dim]));
  };
  const block = (p, name, x) => {
    const h = x.ref.add(attention(p, `${name}.attn`, norm(p, `${name}.norm1`, x)));
    return h.ref.add(linear(p, `${name}.mlp.fc2`, gelu(linear(p, `${name}.mlp.fc1`, norm(p, `${name}.norm2`, h)))));
  };
  return (p, image) => {
    const [b] = image.shape;
    const patches = np
      .transpose(image.reshape([b, channels, rows, patch, columns, patch]), [0, 2, 4, 1, 3, 5])
      .reshape([b, rows * columns, channels * patch * patch]);
    const kernel = np.transpose(p['patch_embed.proj.weight'].reshape([dim, channels * patch * patch]));
    const embedded = np.matmul(patches, kernel).add(p['patch_embed.proj.bias']);
    const special = (distilled ? ['cls_token', 'dist_token'] : ['cls_token']).map((name) => np.broadcastTo(p[name], [b, 1, dim]));
    let x = np.concatenate([...special, embedded], 1).add(p.pos_embed);
    for (let i = 0; i < depth; i++) x = block(p, `blocks.${i}`, x);
    const normed = norm(p, 'norm', x);
    if (!distilled) return { cls: linear(p, 'head', normed.slice([], 0)) };
    return { cls: linear(p, 'head', normed.ref.slice([], 0)), dist: linear(p, 'head_dist', normed.slice([], 1)) };
  };
};

/** One more reference to every value of a record. */
const again = (values) => Object.fromEntries(Object.entries(values).map(([name, value]) => [name, value.ref]));

const forward = ({ spec, tensors }) => {
  const { image, ...weights } = tensors;
  const parameters = arrays(weights);
  const deit = model(spec.config);
  const logits = jit((p, pixels) => {
    const { cls, dist } = deit(p, pixels);
    return dist === undefined ? cls : cls.add(dist).mul(0.5);
  });
  return async () => ({ logits: await logits(again(parameters), array(image)).data() });
};

const gemm = ({ spec, tensors }) => {
  const matrices = arrays({ there: tensors.there, back: tensors.back });
  const chain = jit((x, { there, back }) => {
    let y = x;
    for (let i = 0; i < spec.repeats; i++) y = np.matmul(np.matmul(y, there.ref), back.ref);
    there.dispose();
    back.dispose();
    return y;
  });
  return async () => ({ y: await chain(array(tensors.x), again(matrices)).data() });
};

/** AdamW in its two groups of parameters; one run is one step, of the state that the step before has left. */
const train = ({ spec, tensors }) => {
  const { lr, decay, beta1, beta2, eps, decayed } = spec.adamw;
  const deit = model(spec.config);
  const names = spec.parameters;
  let state = { param: arrays(under('param ', tensors)), mean: arrays(under('mean ', tensors)), square: arrays(under('square ', tensors)) };
  let count = spec.adamw.step;
  const crossEntropy = (z, target) => np.sum(target.mul(nn.logSoftmax(z, -1))).mul(-1 / spec.batch);
  const lossOf = (p, image, target, teacher) => {
    const { cls, dist } = deit(p, image);
    return crossEntropy(cls, target).mul(0.5).add(crossEntropy(dist, teacher).mul(0.5));
  };
  const step = jit((before, image, target, teacher, first, second) => {
    const [loss, gradient] = valueAndGrad(lossOf)(again(before.param), image, target, teacher);
    const after = { param: {}, mean: {}, square: {} };
    for (const name of names) {
      const g = gradient[name];
      const mean = before.mean[name].mul(beta1).add(g.ref.mul(1 - beta1));
      const square = before.square[name].mul(beta2).add(np.square(g).mul(1 - beta2));
      const update = mean.ref.mul(first.ref).div(np.sqrt(square.ref.mul(second.ref)).add(eps));
      Object.assign(after.param, { [name]: before.param[name].mul(decayed.includes(name) ? 1 - lr * decay : 1).sub(update) });
      Object.assign(after.mean, { [name]: mean });
      Object.assign(after.square, { [name]: square });
    }
    first.dispose();
    second.dispose();
    return [loss, after];
  });
  return async () => {
    count++;
    const scalar = (x) => np.array(Float32Array.of(x)).reshape([]);
    const batch = ['image', 'target', 'teacher'].map((name) => array(tensors[name]));
    const [loss, after] = step(state, ...batch, scalar(lr / (1 - beta1 ** count)), scalar(1 / (1 - beta2 ** count)));
    state = after;
    await blockUntilReady(state);
    const outputs = { loss: await loss.data() };
    for (const part of ['param', 'mean', 'square'])
      for (const name of names)
        Object.defineProperty(outputs, `${part} ${name}`, { enumerable: true, get: () => after[part][name].ref.dataSync() });
    return outputs;
  };
};

export const load = async (job) => {
  await init('wasm');
  defaultDevice('wasm');
  const { version } = JSON.parse(readFileSync(join(import.meta.dirname, '../node_modules/@jax-js/jax/package.json'), 'utf8'));
  return { describe: `jax-js ${version}, wasm, jit, 1 thread`, run: { forward, gemm, train }[job.spec.work](job) };
};
