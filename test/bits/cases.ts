import { image } from '../../src/core/image/image.ts';
import { resize } from '../../src/core/image/resize.ts';
import { valueAndGradient } from '../../src/core/interpret/gradient.ts';
import { dual, jvp } from '../../src/core/interpret/jvp.ts';
import { reference } from '../../src/core/interpret/reference.ts';
import { FORMATS, type FormatName, rounded } from '../../src/core/interpret/rounded.ts';
import { taps, trace, untraced } from '../../src/core/interpret/trace.ts';
import { type Ops, UNARY, type Unary } from '../../src/core/language/ops.ts';
import type { OpName } from '../../src/core/language/signatures.ts';
import { hardDistillation, softDistillation } from '../../src/core/loss/distillation.ts';
import { erfinv } from '../../src/core/math/index.ts';
import { type DeitConfig, deitConfig } from '../../src/core/model/deit/config.ts';
import type { DeitLogits } from '../../src/core/model/deit/deit.ts';
import { initialise } from '../../src/core/model/deit/init/initialise.ts';
import { namedParams } from '../../src/core/model/deit/params.ts';
import { resizePositions } from '../../src/core/model/deit/position-embedding.ts';
import { forwardProgram, lossProgram } from '../../src/core/model/deit/program.ts';
import { mapRecord } from '../../src/core/params/map-record.ts';
import type { Shaped } from '../../src/core/tensor/shape.ts';
import { adopt, generate, oneHot, type Tensor } from '../../src/core/tensor/tensor.ts';
import { bytes, positive, signed, wide } from './inputs.ts';

const o = reference;
const x = signed(1, [2, 3, 5, 7], 3);

/** Arguments for a scalar function: a dense stretch where it is delicate, and numbers of every size. */
const ARGUMENTS: { readonly [F in Unary]: readonly Tensor[] } = {
  exp: [signed(2, [4096], 750), wide(3, [1024], 1)],
  expm1: [signed(4, [4096], 2), signed(5, [1024], 750), wide(6, [1024], 1)],
  log: [positive(7, [4096], 4), generateAbs(wide(8, [1024], 1))],
  log1p: [signed(9, [4096], 1), generateAbs(wide(10, [1024], 1))],
  erf: [signed(11, [4096], 7), wide(12, [1024], 1)],
  erfc: [signed(13, [4096], 30), wide(14, [1024], 1)],
  cdf: [signed(15, [4096], 40), wide(16, [1024], 1)],
  gelu: [signed(17, [4096], 40), wide(18, [1024], 1)],
  sqrt: [generateAbs(wide(19, [2048], 1))],
  rsqrt: [generateAbs(wide(20, [2048], 1))],
};
function generateAbs(a: Tensor): Tensor {
  return generate(a.shape, (i) => Math.abs(a.data[i]));
}

/** Outputs of every operation of the language: a missing one does not compile. */
const OPERATIONS: { readonly [K in OpName]: () => readonly Tensor[] } = {
  constant: () => [o.constant([7], signed(21, [7]).data)],
  add: () => [o.add(x, signed(22, x.shape))],
  sub: () => [o.sub(x, signed(23, x.shape))],
  mul: () => [o.mul(x, signed(24, x.shape))],
  div: () => [o.div(x, signed(25, x.shape))],
  scale: () => [o.scale(1 / 3, x)],
  shift: () => [o.shift(1e-6, x)],
  unary: () => UNARY.flatMap((f) => ARGUMENTS[f].map((a) => o.unary(f, a))),
  matmul: () => [
    o.matmul(signed(26, [2, 3, 5, 11]), signed(27, [2, 3, 11, 7])),
    o.matmul(signed(28, [67, 129]), signed(29, [129, 70])),
    o.matmul(signed(30, [1, 300]), signed(31, [300, 1])),
  ],
  permute: () => [o.permute([2, 0, 3, 1], x)],
  reshape: () => [o.reshape([6, 35], x)],
  repeatLeading: () => [o.repeatLeading([4, 2, 3, 5, 7], x)],
  sumLeading: () => [o.sumLeading([5, 7], x), o.sumLeading([], x)],
  repeatLast: () => [o.repeatLast(3, x)],
  sumLast: () => [o.sumLast(x), o.sumLast(signed(32, [3, 1000]))],
  slice: () => [o.slice(2, 1, 4, x)],
  pad: () => [o.pad(2, 1, 9, x)],
  concat: () => [o.concat(1, x, o.slice(1, 0, 2, x))],
  maxLast: () => [o.maxLast(x)],
  tag: () => [o.tag('here', x)],
  mean: () => [o.mean(x)],
  softmax: () => [o.softmax(x), o.softmax(signed(33, [3, 197], 40))],
  logSoftmax: () => [o.logSoftmax(x), o.logSoftmax(signed(34, [3, 197], 40))],
  gelu: () => [o.gelu(signed(35, [512], 12))],
  layerNorm: () => [
    o.layerNorm(1e-6, x, signed(36, [7]), signed(37, [7])),
    o.layerNorm(1e-6, signed(38, [5, 192], 1e-3), signed(39, [192]), signed(40, [192])),
  ],
  linear: () => [o.linear(x, signed(41, [11, 7]), signed(42, [11])), o.linear(x, signed(43, [11, 7]))],
  attention: () => [o.attention(1 / Math.sqrt(8), signed(44, [2, 3, 17, 8], 3), signed(45, [2, 3, 19, 8], 3), signed(46, [2, 3, 19, 5]))],
};

const CONFIG: DeitConfig = deitConfig({ image: [12, 16], patch: 4, dim: 24, depth: 2, heads: 3, hidden: 40, classes: 5, distilled: true });
const weights = namedParams(
  initialise('facebook', CONFIG, (name, shape) =>
    signed(
      [...name].reduce((h, c) => (Math.imul(h, 31) + c.charCodeAt(0)) | 0, 7),
      shape,
    ),
  ),
);
const pictures = signed(50, [2, CONFIG.channels, ...CONFIG.image], 2);
const target = oneHot(CONFIG.classes, [3, 0]);
const teacher = signed(51, [2, CONFIG.classes], 4);

const inputs = { ...weights, image: pictures };

const activations = (): readonly Tensor[] => {
  const { logits_cls, logits_dist } = forwardProgram(CONFIG)(trace(o), mapRecord(untraced, inputs));
  return Object.values(taps([logits_cls, logits_dist]));
};

const gradientOf = (loss: <T extends Shaped>(p: Ops<T>, logits: DeitLogits<T>, fixed: (t: Tensor) => T) => T): readonly Tensor[] => {
  const program = lossProgram(CONFIG, (p, logits) => loss(p, logits, (t) => p.constant(t.shape, t.data)));
  const { value, gradient } = valueAndGradient(program)(o, inputs);
  return [value, ...Object.values(gradient)];
};

const rate = (): readonly Tensor[] => {
  const { logits_cls, logits_dist } = forwardProgram(CONFIG)(
    jvp(o),
    mapRecord((t) => dual(t, t), inputs),
  );
  return [logits_cls.tangent, logits_dist.tangent];
};

const pixels = (): readonly Tensor[] => {
  const picture = image(31, 23, bytes(52, 31 * 23 * 3));
  return (['bicubic', 'bilinear'] as const).flatMap((kind) =>
    [resize(picture, 17, 40, kind)].map((p) => adopt([p.height, p.width, 3], Float64Array.from(p.data))),
  );
};

/** Everything whose bits must be the same on every engine, by name. */
export const CASES: Readonly<Record<string, () => readonly Tensor[]>> = {
  ...OPERATIONS,
  erfinv: () => [generate([2048], (i) => erfinv(signed(53, [2048]).data[i]))],
  'forward pass': activations,
  'gradient of hard distillation': () =>
    gradientOf((p, logits, fixed) => hardDistillation(p)(0.5, logits, fixed(target), fixed(oneHot(CONFIG.classes, [1, 4])))),
  'gradient of soft distillation': () =>
    gradientOf((p, logits, fixed) => softDistillation(p)({ tau: 3, lambda: 0.1, variant: 'paper' }, logits, fixed(target), fixed(teacher))),
  'directional derivative': rate,
  'rounded formats': () =>
    (Object.keys(FORMATS) as FormatName[]).map((format) => rounded(o, format).softmax(o.matmul(signed(54, [9, 30]), signed(55, [30, 9])))),
  'position embedding': () =>
    (['facebook', 'timm-antialias'] as const).map((variant) =>
      resizePositions(o)({ from: [3, 4], to: [5, 2], prefix: 2, variant }, signed(56, [1, 14, 6])),
    ),
  'image resizing': pixels,
};
