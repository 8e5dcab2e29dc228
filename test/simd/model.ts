import { valueAndGradient } from '../../src/core/interpret/gradient.ts';
import type { Program } from '../../src/core/language/ops.ts';
import { crossEntropy } from '../../src/core/loss/cross-entropy.ts';
import { deitConfig } from '../../src/core/model/deit/config.ts';
import { paramShapes } from '../../src/core/model/deit/params.ts';
import { forwardProgram, lossProgram } from '../../src/core/model/deit/program.ts';
import { oneHot, type Tensor } from '../../src/core/tensor/tensor.ts';
import { numbers } from './cases.ts';

export const CONFIG = deitConfig({ image: [12, 20], patch: 4, dim: 24, depth: 2, heads: 3, hidden: 40, classes: 5, distilled: true });
const BATCH = 3;

/** The parameters of a small DeiT, by name. */
export const WEIGHTS: Readonly<Record<string, Tensor>> = Object.fromEntries(
  Object.entries(paramShapes(CONFIG)).map(([name, shape]) => [name, numbers(name, shape, 0.3)]),
);

/** A batch of images and their classes. */
export const BATCHED: Readonly<Record<string, Tensor>> = {
  image: numbers('image', [BATCH, CONFIG.channels, ...CONFIG.image], 2),
  target: oneHot(CONFIG.classes, [3, 0, 4]),
};

export const SHAPES = Object.fromEntries(Object.entries({ ...WEIGHTS, ...BATCHED }).map(([name, { shape }]) => [name, shape]));

/** Logits of both heads, and their mean. */
export const forwardPass: Program = forwardProgram(CONFIG);

/** A loss and its gradient with respect to every input. */
export const gradientPass: Program = (o, inputs) => {
  const loss = lossProgram(CONFIG, (p, { cls, dist = cls }, { target }) =>
    p.add(crossEntropy(p)(cls, target), crossEntropy(p)(dist, target)),
  );
  const { value, gradient } = valueAndGradient(loss)(o, inputs);
  return { ...gradient, loss: value };
};
