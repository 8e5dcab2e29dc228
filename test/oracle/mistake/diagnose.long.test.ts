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

/** The task of somebody who makes these mistakes, all of them: the form of a program first, then what is inside it. */
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
    ['forward', 'patch-channels-last', 'qkv-no-bias'],
    ['forward', 'relu-gelu', 'causal-mask'],
    ['mlp.vjp', 'bias-gradient-averaged', 'gelu-gradient-no-density'],
    ['loss_gradient', 'cross-entropy-summed', 'layernorm-eps-1e-5'],
  ])('are both named in %s: %s and %s', async (op, a, b) => {
    for (const [arithmetic, ops] of [[FLOAT64, reference], [FLOAT32, rounded(reference, 'F32')]] as const) {
      const report = await checkKernel<CheckedName>(op, kernelWith(op, [a, b], ops), { arithmetic, cases: 4 });
      expect([report.verdict, report.matches.map((names) => names.split(' and ').sort())]).toEqual(['fail', [[a, b].sort()]]);
      for (const name of [a, b]) expect(failureLines(report)[0]).toContain(`${name} (${mutantNamed(name)?.says})`);
    }
  }); // biome-ignore format: one pair a line

  it('are both named in the gradient of LayerNorm, one in each output', async () => {
    const both: Kernel<'layernorm.vjp'> = (inputs, attrs) => {
      const of = (name: string) => kernelWith('layernorm.vjp', [name])(inputs, attrs) as Readonly<Record<string, Tensor>>;
      return { ...of('layernorm-parameter-gradients-averaged'), dx: of('layernorm-gradient-no-mean').dx } as never;
    };
    const { matches } = await checkKernel('layernorm.vjp', both, { arithmetic: FLOAT64 });
    expect(matches).toEqual(['layernorm-gradient-no-mean and layernorm-parameter-gradients-averaged']);
  });

  it.each<readonly [CheckedName, string, string]>([
    ['mhsa', 'qkv-no-bias', 'causal-mask'],
    ['mlp', 'fc1-no-bias', 'quick-gelu'],
    ['patch_embed', 'patch-channels-last', 'patch-no-bias'],
  ])('are called neither in %s without its activations: %s and %s', async (op, a, b) => {
    const silent: Kernel = (inputs, attrs) => {
      const { y } = kernelWith(op, [a, b])(inputs, attrs) as Readonly<Record<string, Tensor>>;
      return { y };
    };
    const { verdict, matches } = await checkKernel<CheckedName>(op, silent, { arithmetic: FLOAT64, cases: 4 });
    expect([verdict, matches]).toEqual(['fail', []]);
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
