import { describe, expect, it } from 'vitest';
import { FLOAT32, FLOAT64 } from '../../src/core/engine/arithmetic.ts';
import type { Tensors } from '../../src/core/engine/engine.ts';
import { reference } from '../../src/core/interpret/reference.ts';
import { casesOf } from '../../src/core/oracle/case/cases.ts';
import { programOf } from '../../src/core/oracle/request/task.ts';
import { judgeProgram } from '../../src/core/oracle/verdict/judge-program.ts';
import { layerwise, type StepVerdict } from '../../src/core/oracle/verdict/layerwise.ts';
import { judgeSampled, sampledSteps } from '../../src/core/oracle/verdict/sampled.ts';
import { adopt, generate, type Tensor } from '../../src/core/tensor/tensor.ts';
import { caseOf } from '../../src/oracle/runner/case.ts';
import { single } from '../oracle/zoo.ts';
import { right } from '../support/right.ts';

const sample = { along: 4, seed: 9 };
const task = (op: string, at = 0) => right(caseOf(casesOf(op, at + 1, 1)[at])).task;
const changed = (t: Tensor, at: number, value: number): Tensor => generate(t.shape, (i) => (i === at ? value : t.data[i]));

describe('a sample of the numbers', () => {
  it.each(['linear', 'mhsa', 'block', 'mhsa.vjp', 'patch_embed', 'kl.vjp'])('of %s passes and fails like the whole', (op) => {
    const { inputs, ...rest } = task(op);
    const program = programOf({ inputs, ...rest });
    const got = program(single(), inputs);
    const [whole, some] = [judgeProgram(FLOAT32, program, inputs, got), judgeSampled(FLOAT32, program, inputs, got, sample)];
    expect([some.failed, some.failure]).toEqual([0, undefined]);
    expect(some.compared + some.vague).toBeGreaterThan(0);
    expect(some.compared).toBeLessThan(whole.compared + whole.vague);
    expect(some.worst?.ratio).toBeLessThanOrEqual(whole.worst?.ratio ?? 0);
    const off = Object.fromEntries(Object.entries(got).map(([name, t]) => [name, generate(t.shape, (i) => 3 * t.data[i] + 5)]));
    expect(judgeSampled(FLOAT64, program, inputs, off, sample)).toMatchObject({ failure: 'value' });
  });

  it('has the first and the last of every axis, and the place as in the whole', () => {
    const { inputs, ...rest } = task('linear', 1);
    const program = programOf({ inputs, ...rest });
    const { y } = program(reference, inputs);
    for (const [at, index] of [[0, [0, 0]], [10, [0, 10]], [32, [2, 10]]] as const) {
      const found = judgeSampled(FLOAT32, program, inputs, { y: changed(y, at, 1e3) }, { along: 2, seed: 1 });
      expect([found.failed, found.compared, found.worst?.index, found.worst?.got]).toEqual([1, 4, index, 1e3]);
    }
  }); // biome-ignore format: a table

  it('has every number that is none, wherever it is', () => {
    const { inputs, ...rest } = task('softmax', 1);
    const program = programOf({ inputs, ...rest });
    const { y } = program(reference, inputs);
    for (const [at, value] of [[77, Number.NaN], [300, Number.POSITIVE_INFINITY], [593, Number.NEGATIVE_INFINITY]] as const) {
      const found = judgeSampled(FLOAT32, program, inputs, { y: changed(y, at, value) }, { along: 2, seed: 1 });
      expect([found.failed, found.failure, found.worst?.index]).toEqual([1, 'nan', [Math.floor(at / 198), at % 198]]);
    }
  }); // biome-ignore format: a table

  it('tells what is missing, misshapen or short without computing it', () => {
    const { inputs, ...rest } = task('linear');
    const program = programOf({ inputs, ...rest });
    const { y } = program(reference, inputs);
    const judge = (got: Tensors) => judgeSampled(FLOAT32, program, inputs, got, sample);
    expect(judge({})).toMatchObject({ failure: 'missing', problem: 'y is missing' });
    expect(judge({ y: generate([5, 6], () => 0) })).toMatchObject({
      failure: 'shape',
      problem: 'y has shape (5, 6) and must be (2, 3, 5)',
    });
    expect(judge({ y: adopt(y.shape, y.data.slice(1)) })).toMatchObject({
      failure: 'shape',
      problem: 'y of (2, 3, 5) holds 29 numbers, not 30',
    });
  });

  it.each(['mhsa', 'block', 'block.vjp', 'forward'])(
    'of activations of %s: each by those before it, the first that is wrong is the culprit',
    (op) => {
      const { inputs, ...rest } = task(op);
      const program = programOf({ inputs, ...rest });
      const got = programOf({ inputs, ...rest }, { taps: 'all' })(single(), inputs);
      // What passes inside of a whole attention has no place in a sample.
      const outside = (steps: readonly StepVerdict[]): readonly string[] =>
        steps
          .filter((step) => !step.name.endsWith('attn_probs'))
          .map(({ name, output }) => `${name} ${output}`)
          .sort();
      const some = sampledSteps(FLOAT32, program, inputs, got, sample);
      expect(outside(some)).toEqual(outside(layerwise(FLOAT32, program, inputs, got)));
      expect(some.filter(({ comparison }) => comparison.failed > 0)).toEqual([]);
      const middle = Object.keys(got).find((name) => name.endsWith('qkv')) ?? '';
      const wrong = { ...got, [middle]: generate(got[middle].shape, (i) => 1.5 * got[middle].data[i]) };
      const steps = sampledSteps(FLOAT32, program, inputs, wrong, sample);
      expect(steps.find(({ comparison }) => comparison.failed > 0)?.name).toBe(middle);
    },
  );
});
