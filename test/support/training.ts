import { valueAndGradient } from '../../src/core/interpret/gradient.ts';
import type { Ops, Program } from '../../src/core/language/ops.ts';
import { hardDistillation } from '../../src/core/loss/distillation.ts';
import type { DeitConfig } from '../../src/core/model/deit/config.ts';
import { deit } from '../../src/core/model/deit/deit.ts';
import { paramShapes, paramsFrom } from '../../src/core/model/deit/params.ts';
import type { Shaped } from '../../src/core/tensor/shape.ts';
import { type Tensor, tensor } from '../../src/core/tensor/tensor.ts';
import { adamw, biasCorrection, DEIT_ADAMW, type Slot } from '../../src/core/train/adamw.ts';

/** What is done to a gradient on its way to AdamW, by the name of its parameter. */
export type Spoil = <T extends Shaped>(o: Ops<T>, gradient: T, name: string) => T;

const intact: Spoil = (_o, gradient) => gradient;

/**
 * One step of training a distilled DeiT as one program: hard distillation's loss, its gradient by every parameter, AdamW in
 * its groups. Inputs: `image`, one-hot `label` and `taught`, the scalars of `stepInputs`, and `value NAME`, `mean NAME` and
 * `square NAME` of each parameter; results: `loss`, and the three anew.
 */
export const trainingStep =
  (c: DeitConfig, spoil: Spoil = intact): Program =>
  (o, { image, label, taught, learningRate, correction1, correction2, ...state }) => {
    const names = Object.keys(paramShapes(c));
    const values = Object.fromEntries(names.map((name) => [name, state[`value ${name}`]]));
    const { value: loss, gradient } = valueAndGradient((d, { image: pixels, label: y, taught: t, ...p }) =>
      hardDistillation(d)(0.5, deit(d, c)(paramsFrom(c, p), pixels), y, t),
    )(o, { ...values, image, label, taught });
    const slots = Object.fromEntries(
      names.map((name): [string, Slot<typeof image>] => [
        name,
        { value: values[name], mean: state[`mean ${name}`], square: state[`square ${name}`] },
      ]),
    );
    const gradients = Object.fromEntries(names.map((name) => [name, spoil(o, gradient[name], name)]));
    const next = adamw(o)(DEIT_ADAMW, { learningRate, correction1, correction2 }, slots, gradients);
    return { loss, ...Object.fromEntries(names.flatMap((name) => Object.entries(next[name]).map(([part, x]) => [`${part} ${name}`, x]))) };
  };

/** What step `t` is told, in numbers that float32 holds. */
export const stepInputs = (learningRate: number, t: number): Readonly<Record<'learningRate' | 'correction1' | 'correction2', Tensor>> => {
  const scalar = (x: number): Tensor => tensor([], [Math.fround(x)]);
  const { beta1, beta2 } = DEIT_ADAMW;
  return {
    learningRate: scalar(learningRate),
    correction1: scalar(biasCorrection(beta1, t)),
    correction2: scalar(biasCorrection(beta2, t)),
  };
};
