import * as E from 'fp-ts/lib/Either.js';
import { describe, expect, it } from 'vitest';
import { tensorEngine } from '../../src/core/engine/tensor-engine.ts';
import { reference } from '../../src/core/interpret/reference.ts';
import type { CaseSpec } from '../../src/core/oracle/case/case-spec.ts';
import { givenValues, writtenValues } from '../../src/core/oracle/case/case-values.ts';
import { casesOf } from '../../src/core/oracle/case/cases.ts';
import { drawCase } from '../../src/core/oracle/case/draw-case.ts';
import { mutantNamed } from '../../src/core/oracle/mistake/mistakes.ts';
import { taskOf } from '../../src/core/oracle/request/operation-table.ts';
import { programOf } from '../../src/core/oracle/request/task.ts';
import { shrinking } from '../../src/core/oracle/shrink/shrinking.ts';
import { simplerNumbers } from '../../src/core/oracle/shrink/simpler-number.ts';
import { adopt, type Tensor } from '../../src/core/tensor/tensor.ts';
import { judgeAnswer } from '../../src/oracle/check/judging.ts';
import { replayCase } from '../../src/oracle/check/replay.ts';
import { shrinkFailure } from '../../src/oracle/check/shrink-failure.ts';
import type { Smallest } from '../../src/oracle/report/records.ts';
import { type Case, caseOf } from '../../src/oracle/runner/case.ts';
import { engineRunner } from '../../src/oracle/runner/engine.ts';
import { type Kernel, kernelRunner } from '../../src/oracle/runner/kernel.ts';
import type { CaseRunner } from '../../src/oracle/runner/runner.ts';
import { right } from '../support/right.ts';
import { FLOAT32, ZOO } from './zoo.ts';

const single = tensorEngine({ name: 'pairwise', arithmetic: FLOAT32, ops: ZOO.pairwise, describe: 'pairwise' });
/** No time passes: a search ends when there is nothing left to try. */
const patient = { now: () => 0 };

type CaseFailure = Smallest['failure'];
const failureOf = async (runner: CaseRunner, one: Case): Promise<CaseFailure | undefined> => {
  const got = await runner.run(one);
  return E.isLeft(got) ? 'error' : judgeAnswer(runner.arithmetic, one, got.right).comparison.failure;
};
/** What the first of the usual cases is made into that fails in this way. */
const smallestOn = async (runner: CaseRunner, op: string, failure: CaseFailure = 'value', options = {}): Promise<Smallest> => {
  for (const spec of casesOf(op, 8, 1)) {
    const one = right(caseOf(spec));
    const smallest =
      (await failureOf(runner, one)) === failure ? await shrinkFailure(runner, one, failure, { ...patient, ...options }) : undefined;
    if (smallest !== undefined) return smallest;
  }
  throw new Error(`no case of ${op} fails by ${failure}`);
};
/** How many numbers the inputs of a case hold. */
const numbersIn = (spec: CaseSpec): number => Object.values(right(caseOf(spec)).given).reduce((sum, { data }) => sum + data.length, 0);
/** The same request answered by the reference, changed. */
const kernelOf =
  (op: string, change: (y: Tensor, x: Tensor) => { readonly shape: readonly number[]; readonly data: ArrayLike<number> }): Kernel =>
  (inputs, attributes) => {
    const task = right(taskOf(op, attributes, inputs));
    return { y: change(programOf(task)(reference, task.inputs).y, inputs.x) };
  };

const GELU = ['tanh-gelu', 'quick-gelu', 'relu-gelu'];
const NORM = ['eps-1e-12', 'eps-1e-5', 'unbiased-variance', 'eps-outside-root', 'no-bias', 'no-gain'].map((name) => `layernorm-${name}`);
const ATTENTION = [
  ...['linear-no-bias', 'linear-weight-not-transposed', 'swapped-heads', 'swapped-queries-and-keys', 'scale-after-softmax'],
  ...['no-scale', 'scale-by-width', 'scale-by-head-size', 'softmax-over-queries', 'qkv-packed-by-head', 'merge-without-transpose'],
];
/** Operations, known mistakes that each shows, and the most numbers that the inputs of its smallest case may hold. */
const SHOWN: readonly (readonly [op: string, mistakes: readonly string[], most: number])[] = [
  ['gelu', GELU, 1],
  ['gelu.vjp', GELU, 2],
  ['layernorm', NORM, 6],
  ['layernorm.vjp', NORM, 8],
  ['linear', ['linear-no-bias'], 3],
  ['linear.vjp', ['linear-no-bias'], 4],
  ['mlp', ['tanh-gelu'], 5],
  ['mlp.vjp', ['tanh-gelu'], 6],
  ['patch_embed', ['patch-kernel-flipped', 'patches-by-column'], 12],
  ['mhsa', ATTENTION, 28],
  ['mhsa', ['heads-interleaved'], 84],
  ['mhsa.vjp', ['swapped-heads'], 28],
];
const pairs = SHOWN.flatMap(([op, mistakes, most]) => mistakes.map((name) => [op, name, most] as const));

describe('a planted mistake', () => {
  it.each(pairs)('in %s, %s, is shown by few numbers that replay, and fail as before', async (op, name, most) => {
    const mutant = mutantNamed(name);
    const runner = engineRunner(single, mutant);
    const smallest = await smallestOn(runner, op);
    runner.dispose();
    expect(smallest).toMatchObject({ failure: 'value', finished: true, case: { op } });
    expect(numbersIn(smallest.case)).toBeLessThanOrEqual(most);
    const again: CaseSpec = JSON.parse(JSON.stringify(smallest.case));
    expect(right(caseOf(again)).given).toEqual(right(caseOf(smallest.case)).given);
    const replayed = await replayCase(single, again, mutant);
    expect([replayed.failure, replayed.worst]).toEqual(['value', smallest.worst]);
    expect((await replayCase(single, again)).verdict).toBe('pass');
  });
});

const throwing: Kernel = ({ x }) => {
  if (Array.from(x.data).some((each) => each < -3)) throw new Error('too low');
  return { y: x };
};

describe('the failure stays of its kind', () => {
  it.each<readonly [CaseFailure, string, Kernel]>([
    [
      'nan',
      'softmax',
      kernelOf('softmax', ({ shape, data }) => ({ shape, data: Array.from(data, (y) => (y < 0.01 ? Number.NaN : 2 * y)) })),
    ],
    ['shape', 'softmax', kernelOf('softmax', ({ shape, data }) => ({ shape: shape.length > 1 ? [data.length] : shape, data }))],
    ['missing', 'gelu', ({ x }) => (x.data.length > 3 ? { z: x } : { y: x })],
    ['error', 'gelu', throwing],
  ])('%s, of %s', async (failure, op, kernel) => {
    const smallest = await smallestOn(kernelRunner(op, kernel, FLOAT32, true), op, failure);
    expect(smallest).toMatchObject({ failure, finished: true });
    expect((await replayCase({ kernel, arithmetic: FLOAT32 }, smallest.case)).failure ?? 'error').toBe(failure);
  });

  it('inputs, where each try has a runner of its own', async () => {
    const writing: Kernel = ({ x }, _) => {
      const data = x.data as unknown as Float64Array;
      if (data.length > 2) data[0] = 0;
      return { y: reference.gelu(x) };
    };
    const make = () => kernelRunner('gelu', writing, FLOAT32, true);
    const one = right(caseOf(casesOf('gelu', 1, 1)[0]));
    const smallest = await shrinkFailure(make(), one, 'inputs', { ...patient, fresh: make });
    expect(smallest).toMatchObject({ failure: 'inputs', problem: expect.stringMatching(/writes to its input x/) });
    expect(numbersIn(smallest?.case as CaseSpec)).toBe(3);
  });

  it('and a case that does not fail again is not made smaller', async () => {
    const one = right(caseOf(casesOf('gelu', 1, 1)[0]));
    expect(await shrinkFailure(engineRunner(single, undefined), one, 'value', patient)).toBeUndefined();
  });
});

describe('sizes', () => {
  it('stay as long as the mistake needs them: keys beyond 64 ignored', async () => {
    const blind = kernelOf('softmax', (y, { shape, data }) => {
      const n = shape.at(-1) ?? 1;
      const seen = adopt(
        shape,
        Float64Array.from(data, (x, i) => (i % n < 64 ? x : Number.NEGATIVE_INFINITY)),
      );
      return n > 64 ? reference.softmax(seen) : y;
    });
    const found = await smallestOn(kernelRunner('softmax', blind, FLOAT32, true), 'softmax');
    expect(found.case.dims).toEqual({ '…': [], N: 65 });
    expect(found.case.values?.x.filter((x) => x !== 0)).toEqual([]);
  });

  it('of heads, patches and grids stay such as the operation takes', async () => {
    for (const op of ['patch_embed', 'pos_interp', 'mhsa']) {
      const wrong = kernelOf(op, ({ shape, data }) => ({ shape, data: Array.from(data, (y) => 2 * y + 1) }));
      const found = await smallestOn(kernelRunner(op, wrong, FLOAT32, true), op);
      expect(found.finished).toBe(true);
      expect(numbersIn(found.case)).toBeLessThanOrEqual(9);
    }
  });

  it('of a target stay such that its rows sum to 1', async () => {
    const wrong = kernelOf('cross_entropy', ({ data }) => ({ shape: [], data: [2 * data[0] + 1] }));
    const spec = casesOf('cross_entropy', 3, 1)[2];
    const smallest = await shrinkFailure(kernelRunner('cross_entropy', wrong, FLOAT32, true), right(caseOf(spec)), 'value', patient);
    expect(smallest?.case).toMatchObject({ given: ['target'], values: { z: [0], target: [1] } });
  });
});

describe('the time', () => {
  it('is all that it takes: the best so far is given, and it is said that there was more to try', async () => {
    const runner = engineRunner(single, mutantNamed('layernorm-eps-1e-5'));
    const all = await smallestOn(runner, 'layernorm');
    let clock = 0;
    const hurried = await smallestOn(runner, 'layernorm', 'value', { milliseconds: 4, now: () => clock++ });
    expect([all.finished, hurried.finished]).toEqual([true, false]);
    expect(hurried.tries).toBeLessThan(all.tries);
    expect((await replayCase(single, hurried.case, mutantNamed('layernorm-eps-1e-5'))).verdict).toBe('fail');
  });
});

describe('numbers that a spec gives', () => {
  const spec: CaseSpec = { op: 'gelu', dims: { N: 5 }, attrs: {}, family: 'normal', scale: 1, offset: 0, seed: 1 };
  const strange = Float64Array.of(0.1, -0, Number.NaN, Number.POSITIVE_INFINITY, 5e-324);
  it('come through JSON with the same bits', () => {
    const given: CaseSpec = JSON.parse(JSON.stringify({ ...spec, values: { x: writtenValues(strange) } }));
    expect([...(givenValues(given, 'x') ?? [])].every((x, i) => Object.is(x, strange[i]))).toBe(true);
    expect([...right(drawCase(given)).x.data].every((x, i) => Object.is(x, strange[i]))).toBe(true);
  });
  it.each([
    [{ x: [1] }, /x holds 5 numbers, and values has 1/],
    [{ y: [1] }, /values has y, which is not one of its inputs; they are x/],
    [{ x: [1, 2, 3, 4, 'five'] }, /number 4 is none/],
    [{ dy: [1] }, /values has dy/],
  ])('%j do not fit', (values, message) => {
    const drawn = drawCase({ ...spec, values });
    expect(E.isLeft(drawn) ? drawn.left : '').toMatch(message);
  });
});

describe('simpler numbers', () => {
  it.each([0.1, -2.6, 1e-30, 3.4e38, 5e-324, -7, 0.75, Number.NaN, Number.NEGATIVE_INFINITY, -0, 1])('than %d end at 0', (x) => {
    const seen: number[] = [];
    for (let at: number | undefined = x; at !== undefined; at = simplerNumbers(at).at(-1)) seen.push(at);
    expect(seen.length).toBeLessThan(40);
    expect(Object.is(seen.at(-1), 0)).toBe(true);
    expect(simplerNumbers(x).every((simpler) => Number.isFinite(simpler))).toBe(true);
  });
});

it('a search ends, whatever is answered', () => {
  for (const op of ['block.vjp', 'soft_distill', 'loss_gradient', 'pos_interp.vjp'])
    for (const every of [1, 2, 3, 1000]) {
      let [count, step] = [0, undefined as IteratorResult<CaseSpec, CaseSpec> | undefined];
      const search = shrinking(casesOf(op, 1, 1)[0]);
      for (step = search.next(false); !step.done; step = search.next(count % every === 0)) expect(count++).toBeLessThan(100_000);
    }
});
