import { describe, expect, it } from 'vitest';
import { valueAndGradient } from '../../src/core/interpret/gradient.ts';
import { reference } from '../../src/core/interpret/reference.ts';
import { taps, trace, untraced } from '../../src/core/interpret/trace.ts';
import type { Ops } from '../../src/core/language/ops.ts';
import { crossEntropy, smoothed } from '../../src/core/loss/cross-entropy.ts';
import { hardDistillation, softDistillation, teacherDecisions } from '../../src/core/loss/distillation.ts';
import { evaluationLogits } from '../../src/core/model/deit/classifier.ts';
import { deitConfig } from '../../src/core/model/deit/config.ts';
import { type DeitLogits, deit } from '../../src/core/model/deit/deit.ts';
import { mapParams, namedParams, paramsFrom } from '../../src/core/model/deit/params.ts';
import { lossProgram } from '../../src/core/model/deit/program.ts';
import type { Shaped } from '../../src/core/tensor/shape.ts';
import { oneHot, type Tensor } from '../../src/core/tensor/tensor.ts';
import { below, expectGolden, golden, manifest } from '../support/golden.ts';

type Batch<T> = { readonly target: T; readonly smooth: T; readonly mixed: T; readonly teacher: T; readonly decided: T };
type Loss = <T extends Shaped>(o: Ops<T>, z: DeitLogits<T>, b: Batch<T>) => T;
const soft =
  (variant: 'paper' | 'facebook'): Loss =>
  (o, z, b) =>
    softDistillation(o)({ tau: 3, lambda: 0.1, variant }, z, b.target, b.teacher);
const hard: Loss = (o, z, b) => hardDistillation(o)(0.5, z, b.target, b.decided);
const LOSSES: Readonly<Record<string, Loss>> = {
  hard,
  hard_single: hard,
  soft_fb: soft('facebook'),
  soft_paper: soft('paper'),
  soft_single: soft('paper'),
  hard_mix: (o, z, b) => hardDistillation(o)(0.5, z, b.mixed, b.decided),
  ce: (o, z, b) => crossEntropy(o)(z.cls, b.target),
  ce_smooth: (o, z, b) => crossEntropy(o)(z.cls, b.smooth),
  ce_mix: (o, z, b) => crossEntropy(o)(z.cls, b.mixed),
  eval_mode_finetune: (o, z, b) => crossEntropy(o)(evaluationLogits(o)(z), b.smooth),
};

describe.each(
  manifest.config.models as {
    name: string;
    img: [number, number];
    P: number;
    D: number;
    h: number;
    depth: number;
    C: number;
    distilled: boolean;
  }[],
)('golden model $name', (m) => {
  const config = deitConfig({ image: m.img, patch: m.P, dim: m.D, heads: m.h, depth: m.depth, classes: m.C, distilled: m.distilled });
  const want = golden(`model_${m.name}.acts`);
  const params = paramsFrom(config, golden(`model_${m.name}`));
  const batch: Batch<Tensor> = {
    target: oneHot(m.C, want.labels.data),
    smooth: smoothed(0.1, 'timm', oneHot(m.C, want.labels.data)),
    mixed: want.mix_target,
    teacher: want.teacher_logits,
    decided: teacherDecisions(want.teacher_logits),
  };

  it('every activation', () => {
    const o = trace(reference);
    const logits = deit(o, config)(
      mapParams((p) => untraced(p), params),
      untraced(want.image),
    );
    const got: Readonly<Record<string, Tensor>> = { ...taps(Object.values(logits)), logits_eval: evaluationLogits(o)(logits).value };
    const activations = Object.entries(below('act/', want));
    expect(activations.length).toBeGreaterThan(20);
    for (const [name, activation] of activations) expectGolden(name, got[name], activation);
  });

  it('the same bits without taps', () => {
    const traced = deit(trace(reference), config)(
      mapParams((p) => untraced(p), params),
      untraced(want.image),
    );
    expect(deit(reference, config)(params, want.image).cls.data).toEqual(traced.cls.value.data);
  });

  it('every loss and gradient', () => {
    const losses = Object.keys(below('loss/', want));
    expect(losses.length).toBe(5);
    // Not every loss has gradients in a file, but some have.
    expect(Object.keys(want).filter((key) => /^grad_(?!image)/.test(key)).length).toBeGreaterThan(20);
    for (const name of losses) {
      const { image, ...rest } = { image: want.image, ...batch };
      const loss = lossProgram(config, (o, z, x) => LOSSES[name](o, z, x as unknown as Batch<(typeof x)['image']>));
      const { value, gradient } = valueAndGradient(loss)(reference, { ...namedParams(params), image, ...rest });
      expectGolden(`loss/${name}`, value, want[`loss/${name}`]);
      for (const [key, expected] of Object.entries(below(`grad_${name}/`, want)))
        expectGolden(`grad_${name}/${key}`, gradient[key], expected);
      const ofImage = want[`grad_image/${name}`];
      if (ofImage !== undefined) expectGolden(`grad_image/${name}`, gradient.image, ofImage);
    }
  });

  it('the logits with the LayerNorm epsilon of Hugging Face', () => {
    const { cls, dist } = deit(reference, { ...config, eps: 1e-12 })(params, want.image);
    expectGolden('logits_cls', cls, want['hf_eps1e-12/logits_cls'], 1e-9, 1e-9);
    if (m.distilled) expectGolden('logits_dist', dist, want['hf_eps1e-12/logits_dist'], 1e-9, 1e-9);
  });
});
