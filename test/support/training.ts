import type { Ops, Program } from '../../src/core/language/ops.ts';
import { hardDistillation } from '../../src/core/loss/distillation.ts';
import type { DeitConfig } from '../../src/core/model/deit/config.ts';
import { namedParams, specification } from '../../src/core/model/deit/params.ts';
import { lossProgram } from '../../src/core/model/deit/program.ts';
import { mapRecord } from '../../src/core/params/map-record.ts';
import type { Shaped } from '../../src/core/tensor/shape.ts';
import { generate, type Tensor } from '../../src/core/tensor/tensor.ts';
import { DEIT_ADAMW } from '../../src/core/train/adamw.ts';
import { stepInputs, trainingStep } from '../../src/core/train/step.ts';

/** What is done to a gradient on its way to AdamW, by the name of its parameter. */
export type Spoil = <T extends Shaped>(o: Ops<T>, gradient: T, name: string) => T;

const intact: Spoil = (_o, gradient) => gradient;

/** One step of training a distilled DeiT by hard distillation, of one-hot `target` and `teacher`; a gradient may be spoilt on its way. */
export const distillationStep = (c: DeitConfig, spoil: Spoil = intact): Program =>
  trainingStep({
    parameters: namedParams(specification(c)),
    loss: lossProgram(c, (o, logits, { target, teacher }) => hardDistillation(o)(0.5, logits, target, teacher)),
    transform: (o, gradients) => mapRecord((gradient, name) => spoil(o, gradient, name), gradients),
  });

/** The scalars of step `t`, in numbers that float32 holds. */
export const roundedStepInputs = (learningRate: number, t: number): Readonly<Record<string, Tensor>> =>
  mapRecord(({ shape, data }) => generate(shape, (i) => Math.fround(data[i])), { ...stepInputs(DEIT_ADAMW, learningRate, t) });
