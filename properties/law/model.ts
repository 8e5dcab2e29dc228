import { FLOAT64 } from '../../src/core/engine/arithmetic.ts';
import { jvp } from '../../src/core/interpret/jvp.ts';
import { reference } from '../../src/core/interpret/reference.ts';
import { vjp } from '../../src/core/interpret/vjp.ts';
import type { Program } from '../../src/core/language/ops.ts';
import { type DeitConfig, grid } from '../../src/core/model/deit/config.ts';
import { deit } from '../../src/core/model/deit/deit.ts';
import { paramsFrom } from '../../src/core/model/deit/params.ts';
import { size } from '../../src/core/tensor/shape.ts';
import type { Tensor } from '../../src/core/tensor/tensor.ts';
import { proved } from '../bound.ts';
import { drawModel, type Model, type ModelSpec, modelProgram, modelSpecs } from '../case/model-spec.ts';
import { filled, gather } from '../formulas.ts';
import { fromInterpreter, type Tensors } from '../implementation.ts';
import { drawnOrders, drawTensor } from '../tensor-spec.ts';
import { adjointClaim, type Derivatives } from './gradient.ts';
import type { Claim, Law } from './law.ts';

/** A change of images and parameters that should change nothing, or only what `program` undoes. */
interface Symmetry {
  readonly name: string;
  readonly statement: string;
  readonly exact?: Law['exact'];
  /** Among how many things a permutation is drawn, for a configuration. */
  readonly among: (c: DeitConfig) => number;
  readonly change: (c: DeitConfig, order: readonly number[], inputs: Tensors) => Tensors;
  /** The configuration of the changed model, where it is another. */
  readonly config?: (c: DeitConfig) => DeitConfig;
  /** What becomes of the outputs of the unchanged model. */
  readonly outputs?: (
    order: readonly number[],
  ) => <T>(take: (axis: number, x: T) => T, outputs: Readonly<Record<string, T>>) => Readonly<Record<string, T>>;
}
const o = reference;
const take = (axis: number, order: readonly number[], a: Tensor): Tensor => gather(o, axis, order, a);
/** Apply `f` to the tensors whose name ends as `names` say. */
const where = (inputs: Tensors, names: RegExp, f: (t: Tensor) => Tensor): Tensors =>
  Object.fromEntries(Object.entries(inputs).map(([name, t]) => [name, names.test(name) ? f(t) : t]));
const viewed = (view: readonly number[], t: Tensor, f: (t: Tensor) => Tensor): Tensor => o.reshape(t.shape, f(o.reshape(view, t)));
const special = (order: readonly number[]): readonly number[] => [0, 1, ...order.map((i) => i + 2)];

const SYMMETRIES: readonly Symmetry[] = [
  {
    name: 'model: heads',
    statement: 'permuting the heads in qkv and in the columns of proj changes nothing',
    among: (c) => c.heads,
    change: ({ heads, dim }, order, inputs) => {
      const d = dim / heads;
      const rows = where(inputs, /qkv\.(weight|bias)$/, (t) => viewed([3, heads, d, size(t.shape.slice(1))], t, (v) => take(1, order, v)));
      return where(rows, /attn\.proj\.weight$/, (t) => viewed([dim, heads, d], t, (v) => take(1, order, v)));
    },
  },
  {
    name: 'model: patches and positions',
    statement: 'permuting the patches of the image and their position embeddings alike changes nothing',
    among: (c) => grid(c)[0] * grid(c)[1],
    change: (c, order, inputs) => {
      const [rows, columns] = grid(c);
      const [b] = inputs.image.shape;
      const split = (t: Tensor): Tensor => o.permute([0, 2, 4, 1, 3, 5], o.reshape([b, c.channels, rows, c.patch, columns, c.patch], t));
      const join = (t: Tensor): Tensor => o.permute([0, 3, 1, 4, 2, 5], t);
      const moved = where(inputs, /^image$/, (t) => {
        const patches = split(t);
        return o.reshape(t.shape, join(o.reshape(patches.shape, take(1, order, o.reshape([b, rows * columns, c.channels, c.patch, c.patch], patches)))));
      });
      return where(moved, /^pos_embed$/, (t) => take(1, special(order), t));
    },
  },
  {
    name: 'model: class and distillation token',
    statement: 'exchanging the two tokens, their positions and their heads exchanges the logits and leaves their mean',
    among: () => 1,
    change: (_config, _order, inputs) => ({
      ...where(inputs, /^pos_embed$/, (t) => take(1, [1, 0, ...Array.from({ length: t.shape[1] - 2 }, (_, i) => i + 2)], t)),
      cls_token: inputs.dist_token,
      dist_token: inputs.cls_token,
      'head.weight': inputs['head_dist.weight'],
      'head.bias': inputs['head_dist.bias'],
      'head_dist.weight': inputs['head.weight'],
      'head_dist.bias': inputs['head.bias'],
    }),
    outputs: () => (_, { eval: mean, cls, dist }) => ({ eval: mean, cls: dist, dist: cls }),
  },
  {
    name: 'model: key bias',
    statement: 'the bias of the keys changes nothing: it moves all scores of a query alike',
    among: (c) => c.dim,
    change: ({ dim }, order, inputs) =>
      where(inputs, /qkv\.bias$/, (t) => viewed([3, dim], t, (v) => o.concat(0, o.slice(0, 0, 1, v), o.scale(3, take(1, order, o.slice(0, 1, 2, v))), o.slice(0, 2, 3, v)))),
  },
  {
    name: 'model: transposed image',
    statement: 'exchanging rows and columns of the image, of the kernels and of the grid of positions changes nothing',
    among: () => 1,
    config: (c) => ({ ...c, image: [c.image[1], c.image[0]] }),
    change: (c, _, inputs) => {
      const flipped = where(inputs, /^image$|patch_embed\.proj\.weight$/, (t) => o.permute([0, 1, 3, 2], t));
      return where(flipped, /^pos_embed$/, (t) => {
        const patches = o.reshape([1, ...grid(c), c.dim], o.slice(1, 2, t.shape[1], t));
        return o.concat(1, o.slice(1, 0, 2, t), o.reshape([1, t.shape[1] - 2, c.dim], o.permute([0, 2, 1, 3], patches)));
      });
    },
  },
  {
    name: 'model: channels',
    statement: 'permuting the channels of the image and of the kernels changes nothing',
    among: (c) => c.channels,
    change: (_, order, inputs) => where(inputs, /^image$|patch_embed\.proj\.weight$/, (t) => take(1, order, t)),
  },
  {
    name: 'model: hidden units',
    statement: 'permuting the hidden units of every MLP changes nothing',
    among: (c) => c.hidden,
    change: (_, order, inputs) => where(where(inputs, /mlp\.fc1/, (t) => take(0, order, t)), /mlp\.fc2\.weight$/, (t) => take(1, order, t)),
  },
  {
    name: 'model: width',
    statement: 'permuting the D coordinates of tokens, in every parameter that meets them, changes nothing',
    among: (c) => c.dim,
    change: (_, order, inputs) => {
      const last = where(inputs, /token$|pos_embed$|norm\d?\.(weight|bias)$|(qkv|fc1|head|head_dist)\.weight$/, (t) => take(t.shape.length - 1, order, t));
      return where(last, /patch_embed\.proj|(attn\.proj|fc2)\.(weight|bias)$/, (t) => take(0, order, t));
    },
  },
  {
    name: 'model: classes',
    statement: 'permuting the classes of both heads permutes the logits',
    exact: 'reference',
    among: (c) => c.classes,
    change: (_, order, inputs) => where(inputs, /^head/, (t) => take(0, order, t)),
    outputs: () => (move, outputs) => Object.fromEntries(Object.entries(outputs).map(([name, y]) => [name, move(1, y)])),
  },
]; // biome-ignore format: one symmetry a paragraph

const symmetry = (model: Model, s: Symmetry): Law => ({
  name: s.name,
  statement: s.statement,
  exact: s.exact ?? 'nowhere',
  claims: modelSpecs.chain((m) =>
    drawnOrders(s.among(m.config)).map((order): Claim => {
      const inputs = drawModel(m);
      const plain = modelProgram(model, m.config);
      const right: Program = (o, given) => {
        const outputs = plain(o, given);
        return s.outputs === undefined ? outputs : s.outputs(order)((axis, x) => gather(o, axis, order, x), outputs);
      };
      return {
        spec: { ...m, order },
        left: { program: modelProgram(model, s.config?.(m.config) ?? m.config), inputs: s.change(m.config, order, inputs) },
        right: { program: right, inputs },
      };
    }),
  ),
});

const claim = (m: ModelSpec, left: Program, right: Program): Claim => {
  const inputs = drawModel(m);
  return { spec: m, left: { program: left, inputs }, right: { program: right, inputs } };
};

const batchIndependence = (model: Model): Law => ({
  name: 'model: batch independence',
  statement: 'an image has the same logits alone and in any batch',
  exact: 'reference',
  claims: modelSpecs.map((m) => {
    const whole = modelProgram(model, m.config);
    return claim(m, whole, (o, { image, ...values }) => {
      const alone = Array.from({ length: m.batch }, (_, b) => whole(o, { image: o.slice(0, b, b + 1, image), ...values }));
      return Object.fromEntries(Object.keys(alone[0]).map((name) => [name, o.concat(0, ...alone.map((outputs) => outputs[name]))]));
    });
  }),
});

const noBranches = (model: Model): Law => ({
  name: 'model: dropped branches',
  statement: 'with every branch dropped a block is the identity, so all that depth adds is gone',
  exact: 'reference',
  claims: modelSpecs.map((m) => {
    const without: DeitConfig = { ...m.config, depth: 0 };
    return claim(
      m,
      (o, { image, ...values }) => {
        const path = filled(o, [m.batch], 0);
        const blocks = Array.from({ length: m.config.depth }, () => ({ attnPath: path, mlpPath: path }));
        return { cls: model(o, m.config)(paramsFrom(m.config, values), image, { blocks }).cls };
      },
      (o, { image, ...values }) => ({ cls: model(o, without)(paramsFrom(without, values), image).cls }),
    );
  }),
});

const derivative = (model: Model, derivatives: Derivatives): Law => ({
  name: 'model: derivative',
  statement: '<J v, w> = <v, Jᵀ w>, J the derivative of the whole model by the image and every parameter',
  exact: 'nowhere',
  claims: modelSpecs.map((m) =>
    adjointClaim(derivatives, modelProgram(model, m.config), {
      spec: m,
      inputs: drawModel(m),
      directions: drawModel({ ...m, seed: m.seed + 1000 }),
      weights: { eval: drawTensor({ shape: [m.batch, m.config.classes], family: 'plain', exponent: 0, seed: m.seed }) },
    }),
  ),
});

const definition = fromInterpreter({ name: 'the reference', ops: reference, read: (t: Tensor) => t, bound: proved(FLOAT64) });

const agreement = (model: Model): Law => ({
  name: 'model: agreement',
  statement: 'the logits are those of our DeiT on the reference',
  exact: 'nowhere',
  claims: modelSpecs.map((m): Claim => {
    const { spec, left, right } = claim(m, modelProgram(model, m.config), modelProgram(deit, m.config));
    return { spec, left, right: { ...right, by: definition } };
  }),
});

/**
 * What a DeiT is, whatever it is trained to do: laws of the whole model, of ours or of another text, with our derivatives or others.
 * They draw tiny distilled models on images that are not square, and parameters without meaning. The symmetries say what a model may
 * not tell apart, `model: agreement` that it is this one and no other.
 *
 * @example
 * modelLaws().map(({ name }) => name) // ['model: heads', 'model: patches and positions', …]
 * modelLaws().find(({ name }) => name === 'model: key bias').statement
 * // 'the bias of the keys changes nothing: it moves all scores of a query alike'
 */
export const modelLaws = (model: Model = deit, derivatives: Derivatives = { jvp, vjp }): readonly Law[] => [
  ...SYMMETRIES.map((s) => symmetry(model, s)),
  batchIndependence(model),
  noBranches(model),
  agreement(model),
  derivative(model, derivatives),
];
