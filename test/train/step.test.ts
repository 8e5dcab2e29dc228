import { isLeft } from 'fp-ts/lib/Either.js';
import { describe, expect, it } from 'vitest';
import { referenceEngine } from '../../src/core/engine/reference-engine.ts';
import { valueAndGradient } from '../../src/core/interpret/gradient.ts';
import { reference } from '../../src/core/interpret/reference.ts';
import { crossEntropy } from '../../src/core/loss/cross-entropy.ts';
import { deitConfig } from '../../src/core/model/deit/config.ts';
import { seededParams } from '../../src/core/model/deit/init/seeded-params.ts';
import { namedParams, specification } from '../../src/core/model/deit/params.ts';
import { lossProgram } from '../../src/core/model/deit/program.ts';
import { mapRecord } from '../../src/core/params/map-record.ts';
import { type DecayGroups, type ParamSpec, weightSpec } from '../../src/core/params/spec.ts';
import { hashTensor } from '../../src/core/random/hash.ts';
import type { Shape } from '../../src/core/tensor/shape.ts';
import { full, oneHot, ShapeError, type Tensor, tensor, zeros } from '../../src/core/tensor/tensor.ts';
import { adamw, DEIT_ADAMW } from '../../src/core/train/adamw.ts';
import { decays } from '../../src/core/train/decay.ts';
import { initialState, paramsIn, stateName, stepInputs, stepState, type TrainingOptions, trainingStep } from '../../src/core/train/step.ts';

const next = (options: TrainingOptions, inputs: Readonly<Record<string, Tensor>>) => {
  const { loss, ...state } = trainingStep(options)(reference, inputs);
  return { loss, state };
};

describe('a step of a model', () => {
  const c = deitConfig({ image: [8, 12], patch: 4, dim: 6, depth: 1, heads: 2, classes: 3 });
  const parameters = namedParams(specification(c));
  const values = namedParams(seededParams(1, c));
  const loss = lossProgram(c, (o, { cls }, { target }) => crossEntropy(o)(cls, target));
  const batch = { image: hashTensor('image', 1, [2, 3, 8, 12], 1), target: oneHot(3, [2, 0]) };
  const inputs = stepInputs(DEIT_ADAMW, 0.25, 3);
  const state = initialState(parameters, values);
  const after = next({ parameters, loss }, { ...batch, ...inputs, ...state });

  it('gives the loss and the state that it was given, name for name', () => {
    expect(Object.keys(after.state)).toEqual(Object.keys(state));
    expect(Object.entries(stepState(parameters))).toEqual(Object.keys(state).map((name) => [name, name]));
    expect(mapRecord(({ shape }) => shape, after.state)).toEqual(mapRecord(({ shape }) => shape, state));
    expect(paramsIn(state)).toEqual(values);
  });

  it('is the gradient of the loss, and AdamW in the groups of facebook', () => {
    const { value, gradient } = valueAndGradient(loss)(reference, { ...batch, ...values });
    const slots = mapRecord((param) => ({ param, mean: zeros(param.shape), square: zeros(param.shape) }), values);
    const want = adamw(reference)(DEIT_ADAMW, inputs, decays('facebook', parameters), slots, gradient);
    expect(after.loss).toEqual(value);
    for (const name of Object.keys(parameters)) {
      const { param, mean, square } = want[name];
      expect([after.state[stateName('param', name)], after.state[`mean ${name}`], after.state[`square ${name}`]]).toEqual([
        param,
        mean,
        square,
      ]);
    }
  });

  it('takes the gradients as they are transformed', () => {
    const spoilt = next(
      {
        parameters,
        loss,
        transform: (o, gradients) => ({ ...gradients, 'head.bias': o.scale(-1, gradients['head.bias']) }),
      },
      { ...batch, ...inputs, ...state },
    );
    const changed = Object.keys(state).filter((name) => !Object.is(JSON.stringify(spoilt.state[name]), JSON.stringify(after.state[name])));
    expect(changed).toEqual(['param head.bias', 'mean head.bias']);
  });

  it('names what of its state is missing', async () => {
    const { 'mean head.bias': _, ...rest } = mapRecord<string, Tensor, Shape>(({ shape }) => shape, { ...batch, ...inputs, ...state });
    const made = await referenceEngine.compile(trainingStep({ parameters, loss }), rest)();
    expect(isLeft(made) && made.left.message).toMatch(/^the program reads input mean head\.bias; its inputs are image, target, /);
    const { 'head.bias': __, cls_token: ___, ...given } = values;
    expect(() => initialState(parameters, given)).toThrow(
      new ShapeError('initialState', 'no value is given for cls_token (1, 1, 6), head.bias (3)'),
    );
  });
});

describe('what a specification says of a parameter', () => {
  const parameters: Readonly<Record<string, ParamSpec>> = {
    vector: weightSpec([2], 'one', 'always'),
    matrix: weightSpec([1, 2], 'weight', 'never'),
    theirs: weightSpec([2], 'one', 'facebook'),
    newer: weightSpec([2], 'one', 'timm'),
    running_mean: { ...weightSpec([2], 'zero', 'always'), role: 'buffer' },
  };
  const values = mapRecord(({ shape }) => full(shape, 1), parameters);
  const inputs = { ...stepInputs(DEIT_ADAMW, 1, 1), ...initialState(parameters, values) };
  const loss: TrainingOptions['loss'] = (o, { vector, running_mean }) => o.sumLeading([], o.mul(vector, running_mean));
  const still: TrainingOptions['transform'] = (o, gradients) => mapRecord((g) => o.scale(0, g), gradients);

  it.each<[DecayGroups, Readonly<Record<string, number>>]>([
    ['facebook', { vector: 0.95, matrix: 1, theirs: 0.95, newer: 1 }],
    ['timm', { vector: 0.95, matrix: 1, theirs: 1, newer: 0.95 }],
  ])('decides whether it decays, not its shape: %s', (groups, want) => {
    const { state } = next({ parameters, loss, groups, transform: still }, { ...inputs, running_mean: values.running_mean });
    expect(mapRecord(({ data }) => data[1], paramsIn(state))).toEqual(want);
    expect(mapRecord((decayed) => (decayed ? 0.95 : 1), decays(groups, parameters))).toEqual(want);
  });

  it('a buffer is read by the loss, and neither differentiated nor trained nor part of the state', () => {
    const met: string[] = [];
    const watched: TrainingOptions['transform'] = (_, gradients) => {
      met.push(...Object.keys(gradients));
      return gradients;
    };
    const after = next({ parameters, loss, transform: watched }, { ...inputs, running_mean: tensor([2], [3, 4]) });
    expect(after.loss.data[0]).toBe(7);
    expect(met).toEqual(['vector', 'matrix', 'theirs', 'newer']);
    expect(Object.keys(after.state).filter((name) => name.includes('running_mean'))).toEqual([]);
    expect(Object.keys(stepState(parameters))).toEqual(Object.keys(after.state));
  });

  it('what is in no group is refused by AdamW, by name, with what has no gradient', () => {
    const slots = mapRecord((param) => ({ param, mean: zeros(param.shape), square: zeros(param.shape) }), values);
    const { matrix: _, ...gradients } = values;
    expect(() => adamw(reference)(DEIT_ADAMW, stepInputs(DEIT_ADAMW, 1, 1), decays('timm', parameters), slots, gradients)).toThrow(
      new ShapeError(
        'adamw',
        'parameter matrix (1, 2) has no gradient; of parameter running_mean (2) it is not said whether it decays: a buffer is not trained',
      ),
    );
  });

  it('groups of nobody are refused', () =>
    expect(() => trainingStep({ parameters, loss, groups: 'pytorch' as DecayGroups })).toThrow(
      new ShapeError('decays', 'groups must be facebook or timm, got pytorch'),
    ));
});
