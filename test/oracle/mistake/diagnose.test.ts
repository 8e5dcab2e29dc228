import { describe, expect, it } from 'vitest';
import { type Arithmetic, FLOAT32, FLOAT64 } from '../../../src/core/engine/arithmetic.ts';
import { tensorEngine } from '../../../src/core/engine/tensor-engine.ts';
import { reference } from '../../../src/core/interpret/reference.ts';
import { rounded } from '../../../src/core/interpret/rounded.ts';
import type { Ops } from '../../../src/core/language/ops.ts';
import { plant, type Request } from '../../../src/core/oracle/mistake/mistake.ts';
import { MUTANTS, mutantNamed } from '../../../src/core/oracle/mistake/mistakes.ts';
import { taskOf } from '../../../src/core/oracle/request/operation-table.ts';
import type { CheckedName } from '../../../src/core/oracle/request/operation-types.ts';
import { programOf, type Task } from '../../../src/core/oracle/request/task.ts';
import { adopt, type Tensor } from '../../../src/core/tensor/tensor.ts';
import { checkOperation } from '../../../src/oracle/check/check.ts';
import { checkKernel } from '../../../src/oracle/check/check-kernel.ts';
import { failureLines } from '../../../src/oracle/report/text.ts';
import type { Kernel } from '../../../src/oracle/runner/kernel.ts';
import { right } from '../../support/right.ts';
import { ZOO } from '../zoo.ts';

/** The task of somebody who makes these mistakes, all of them. */
const taskWith = (names: readonly string[], request: Request): Task =>
  names.reduce((task, name) => {
    const mutant = mutantNamed(name);
    if (mutant === undefined) throw new Error(`no mistake ${name}`);
    return plant(mutant)({ ...request, task });
  }, request.task);
const kernelWith =
  (op: string, names: readonly string[], ops: Ops<Tensor> = reference): Kernel =>
  (inputs, attrs) => {
    const task = taskWith(names, { op, attrs, given: inputs, task: right(taskOf(op, attrs, inputs)) });
    return programOf(task, { taps: 'outside' })(ops, task.inputs);
  };

describe('two mistakes at once', () => {
  it.each<readonly [CheckedName, string, string]>([
    ['block', 'tanh-gelu', 'layernorm-eps-1e-5'],
    ['block', 'swapped-keys-and-values', 'fc2-no-bias'],
    ['mlp', 'fc1-no-bias', 'quick-gelu'],
    ['forward', 'qkv-no-bias', 'patch-channels-last'],
    ['forward', 'relu-gelu', 'causal-mask'],
    ['mlp.vjp', 'bias-gradient-averaged', 'gelu-gradient-no-density'],
    ['layernorm.vjp', 'layernorm-gradient-no-mean', 'layernorm-parameter-gradients-averaged'],
    ['loss_gradient', 'layernorm-eps-1e-5', 'cross-entropy-summed'],
  ])('are both named in %s: %s and %s', async (op, a, b) => {
    for (const [arithmetic, ops] of [[FLOAT64, reference], [FLOAT32, rounded(reference, 'F32')]] as const) {
      const report = await checkKernel<CheckedName>(op, kernelWith(op, [a, b], ops), { arithmetic, cases: 4 });
      expect([report.verdict, report.matches.map((names) => names.split(' and ').sort())]).toEqual(['fail', [[a, b].sort()]]);
      for (const name of [a, b]) expect(failureLines(report)[0]).toContain(`${name} (${mutantNamed(name)?.says})`);
    }
  }); // biome-ignore format: one pair a line

  it.each<readonly [CheckedName, readonly string[]]>([
    ['layernorm', ['layernorm-unbiased-variance', 'layernorm-no-bias']],
    ['gelu', ['tanh-gelu', 'gelu-missing']],
    ['kl', ['kl-reversed', 'kl-other-divisor']],
    ['mhsa', ['causal-mask', 'no-scale']],
  ])('of one place are called neither in %s: %o', async (op, names) => {
    // The later one of two that replace the same operation hides the earlier: those that leave nothing of each other are no pair.
    const alone = await checkKernel<CheckedName>(op, kernelWith(op, names.slice(1)), { arithmetic: FLOAT64, cases: 4 });
    const both = await checkKernel<CheckedName>(op, kernelWith(op, names), { arithmetic: FLOAT64, cases: 4 });
    expect(alone.matches).toEqual([names[1]]);
    if (both.matches.length > 0) expect(names).toContain(both.matches[0]);
  });
});

describe('no wrong name', () => {
  /** An arithmetic that nobody here has: its bounds are so narrow that what is honest fails. */
  const narrow = (arithmetic: Arithmetic): Arithmetic => ({ ...arithmetic, u: arithmetic.u / 4096, elementary: () => 2 });

  it.each(Object.keys(ZOO))('is given to an honest implementation that fails by its rounding alone: %s', async (name) => {
    const engine = tensorEngine({ name, arithmetic: narrow(FLOAT32), ops: ZOO[name], describe: name });
    for (const op of ['linear', 'softmax.vjp', 'layernorm', 'layernorm.vjp', 'gelu', 'mlp', 'patch_embed', 'pos_interp', 'cross_entropy']) {
      const { verdict, matches } = await checkOperation({ engine, cases: 3, seed: 1 }, op);
      expect([op, verdict, matches]).toEqual([op, 'fail', []]);
    }
  });

  it.each(['mhsa', 'block', 'mlp.vjp', 'layernorm.vjp', 'kl', 'forward', 'loss_gradient'] as const)(
    'is given to one number that is wrong, in %s',
    async (op) => {
      const odd: Kernel = (inputs, attrs) => {
        const outputs = Object.entries(kernelWith(op, [])(inputs, attrs) as Readonly<Record<string, Tensor>>);
        const [name, { shape, data }] = outputs[outputs.length - 1];
        return { ...Object.fromEntries(outputs), [name]: adopt(shape, data.slice().fill(data[0] + 0.25, 0, 1)) };
      };
      const { verdict, matches } = await checkKernel<CheckedName>(op, odd, { arithmetic: FLOAT64, cases: 2 });
      expect([verdict, matches]).toEqual(['fail', []]);
    },
  );

  it('is given to NaN everywhere', async () => {
    const nan: Kernel = ({ x }) => ({ y: adopt(x.shape, x.data.slice().fill(Number.NaN)) });
    for (const op of ['softmax', 'layernorm', 'gelu'] as const)
      expect((await checkKernel<CheckedName>(op, nan, { arithmetic: FLOAT32 })).matches).toEqual([]);
  });
});

describe('what overflows', () => {
  it.each(['softmax', 'log_softmax'] as const)('%s without its maximum subtracted is named by its NaN and infinities', async (op) => {
    const kernel = kernelWith(op, ['softmax-maximum-not-subtracted'], rounded(reference, 'F32'));
    const { verdict, failure, matches } = await checkKernel<CheckedName>(op, kernel, { arithmetic: FLOAT32 });
    expect([verdict, failure, matches]).toEqual(['fail', 'nan', ['softmax-maximum-not-subtracted']]);
  });
});

describe('the table of mistakes', () => {
  it('has a hundred and more, each under a name of its own, and plants nothing where there is no place for it', () => {
    expect(MUTANTS.length).toBeGreaterThan(110);
    expect(new Set(MUTANTS.map(({ name }) => name)).size).toBe(MUTANTS.length);
    const given = { x: adopt([1], Float64Array.of(2)) };
    const request = { op: 'gelu', attrs: {}, given, task: right(taskOf('gelu', {}, given)) };
    for (const mutant of MUTANTS.filter(({ at }) => !at.includes('gelu'))) expect(plant(mutant)(request)).toBe(request.task);
  });
});
