import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { FLOAT32, FLOAT64 } from '../../properties/index.ts';
import type { Arithmetic } from '../../src/core/engine/arithmetic.ts';
import type { Tensors } from '../../src/core/engine/engine.ts';
import { reference } from '../../src/core/interpret/reference.ts';
import { rounded } from '../../src/core/interpret/rounded.ts';
import { type Mutant, plant } from '../../src/core/oracle/mistake/mistake.ts';
import { mutantNamed } from '../../src/core/oracle/mistake/mistakes.ts';
import { taskOf } from '../../src/core/oracle/request/operation-table.ts';
import { programOf, type TaskOptions } from '../../src/core/oracle/request/task.ts';
import type { Tensor } from '../../src/core/tensor/tensor.ts';
import {
  CHECKED,
  type CheckedName,
  checkKernel,
  failureLines,
  type Kernel,
  type KernelOptions,
  type KernelOutput,
} from '../../src/oracle/index.ts';
import { runExample } from '../examples/run.ts';
import { right } from '../support/right.ts';

/** An operation as one call, perhaps with a mistake in it, and perhaps showing its taps. */
const whole =
  (op: string, { mistake, ...options }: TaskOptions & { readonly mistake?: Mutant } = {}, ops = reference): Kernel =>
  (inputs, attributes) => {
    const asked = right(taskOf(op, attributes, inputs));
    const task = mistake === undefined ? asked : plant(mistake)({ op, attrs: attributes, given: inputs, task: asked });
    return programOf(task, options)(ops, task.inputs);
  };
const mistaken = (name: string): { readonly mistake: Mutant } => {
  const mistake = mutantNamed(name);
  if (mistake === undefined) throw new Error(`no mutant ${name}`);
  return { mistake };
};
const float64 = { arithmetic: FLOAT64, cases: 2, shrink: 0 };
const softmax = (change: (y: Tensor) => unknown) => {
  const kernel = ({ x }: Tensors) => ({ y: change(reference.softmax(x)) as KernelOutput });
  return checkKernel('softmax', kernel, float64);
};

describe('a kernel', () => {
  it.each(CHECKED)('of %s is given what it needs, and passes', async (op) => {
    const report = await checkKernel(op, whole(op), float64);
    expect([report.verdict, report.unproved, report.worst?.ratio, report.cases]).toEqual(['pass', 0, 0, 2]);
  });

  it('is told every attribute of its operation, those that a case leaves out too', async () => {
    const told: object[] = [];
    const see: Kernel = (inputs, attributes) => {
      told.push(attributes);
      return whole('soft_distill')(inputs, attributes);
    };
    await checkKernel<CheckedName>('soft_distill', see, { ...float64, cases: 1 });
    // A small case comes many times.
    expect(told.length).toBeGreaterThan(1);
    expect(told).toEqual(Array(told.length).fill({ tau: 3, lambda: 0.1, smoothing: 0, variant: 'paper' }));
  });

  it.each<readonly [CheckedName, string]>([
    ['mhsa', 'swapped-heads'],
    ['mhsa.vjp', 'swapped-heads'],
    ['mhsa.vjp', 'scale-by-width'],
    ['block', 'layernorm-eps-1e-5'],
    ['block.vjp', 'linear-no-bias'],
    ['gelu.vjp', 'tanh-gelu'],
  ])('of %s that is wrong by %s is told so', async (op, name) => {
    const report = await checkKernel(op, whole(op, mistaken(name), rounded(reference, 'F32')), {
      arithmetic: FLOAT32,
      cases: 8,
      shrink: 0,
    });
    expect([report.verdict, report.matches]).toEqual(['fail', [name]]);
    expect(failureLines(report)[0]).toMatch(new RegExp(`^${op}: FAIL(?: \\(nan\\))?, matches ${name} \\(`));
  });

  it('that shows its taps is told where it goes wrong', async () => {
    const options = { ...mistaken('quick-gelu'), taps: 'outside' } as const;
    for (const op of ['block', 'block.vjp'] as const)
      expect(await checkKernel<CheckedName>(op, whole(op, options), float64)).toMatchObject({
        verdict: 'fail',
        divergence: 'mlp_act',
        matches: ['quick-gelu'],
      });
  });

  it('may be asynchronous, type its attributes, and give any array of numbers', async () => {
    const scaled: Kernel<'layernorm'> = async ({ x, g, b }, { eps }) => {
      const { shape, data } = rounded(reference, 'F32').layerNorm(eps, x, g, b);
      return { y: { shape, data: Float32Array.from(data) } };
    };
    expect((await checkKernel('layernorm', scaled, { arithmetic: FLOAT32 })).verdict).toBe('pass');
    expect((await softmax(({ shape, data }) => ({ shape, data: [...data] }))).verdict).toBe('pass');
  });

  it.each<readonly [string, () => unknown, string]>([
    ['throws', () => { throw new TypeError('my own mistake'); }, 'it threw: my own mistake'],
    ['throws what is no error', () => { throw 'out of paper'; }, 'it threw: out of paper'],
    ['rejects', () => Promise.reject(new Error('lost the device')), 'it threw: lost the device'],
    ['gives nothing', () => undefined, 'it returns no outputs by name, as in { y: { shape, data } }'],
    ['gives a tensor without a name', () => reference.constant([1], Float64Array.of(1)), 'it returns one tensor without a name; name it, as in { y: { shape, data } }'],
  ])('that %s is an error in a sentence', async (_what, kernel, problem) => {
    const report = await checkKernel<CheckedName>('softmax', kernel as Kernel, float64);
    expect([report.verdict, report.problem]).toEqual(['error', problem]);
    expect(failureLines(report)[0]).toBe(`softmax: ERROR ${problem}`);
  }); // biome-ignore format: one kernel a line

  it.each<readonly [string, (y: Tensor) => unknown, string]>([
    ['undefined', () => undefined, 'y is not a tensor { shape, data }'],
    ['numbers alone', ({ data }) => data, 'y is not a tensor { shape, data }'],
    ['no shape', ({ data }) => ({ data }), 'y is not a tensor { shape, data }'],
    ['no data', ({ shape }) => ({ shape }), 'y is not a tensor { shape, data }'],
    ['a promise', (y) => Promise.resolve(y), 'y is not a tensor { shape, data }'],
    ['texts', ({ shape, data }) => ({ shape, data: [...data].map(String) }), 'y is not a tensor: its data[0] is of type string, not a number'],
    ['big integers', ({ shape, data }) => ({ shape, data: new BigInt64Array(data.length) }), 'y is not a tensor: its data[0] is of type bigint, not a number'],
    ['a hole', ({ shape, data }) => ({ shape, data: [data[0], undefined, ...data.slice(2)] }), 'y is not a tensor: its data[1] is of type undefined, not a number'],
  ])('whose output is %s is an error in a sentence', async (_what, change, problem) => {
    const report = await softmax(change);
    expect([report.verdict, report.problem]).toEqual(['error', problem]);
  }); // biome-ignore format: one output a line

  it.each<readonly [string, (data: Tensor['data']) => readonly number[], RegExp]>([
    ['too few', (data) => [data[0]], /^ {2}y of \([0-9, ]+\) holds 1 numbers, not \d+$/],
    ['too many', (data) => [...data, 1], /^ {2}y of \([0-9, ]+\) holds \d+ numbers, not \d+$/],
  ])('that gives %s numbers fails', async (_what, change, line) => {
    const report = await softmax(({ shape, data }) => ({ shape, data: change(data) }));
    expect([report.verdict, report.failure]).toEqual(['fail', 'shape']);
    expect(failureLines(report)[1]).toMatch(line);
  });

  it('that writes to its inputs fails', async () => {
    const inPlace: Kernel<'softmax'> = ({ x }) => {
      const y = reference.softmax(x);
      (x.data as unknown as Float64Array).set(y.data);
      return { y };
    };
    const { verdict, failure, problem } = await checkKernel('softmax', inPlace, float64);
    expect([verdict, failure, problem]).toEqual(['fail', 'inputs', 'the kernel writes to its input x; inputs must stay as they are']);
  });

  it.each([
    [undefined, 'arithmetic.u must be a unit roundoff, a number from 0 to below 1, as 2^-24, got NaN'],
    [{}, 'arithmetic.u must be a unit roundoff, a number from 0 to below 1, as 2^-24, got NaN'],
    [{ ...FLOAT32, u: -1 }, 'arithmetic.u must be a unit roundoff, a number from 0 to below 1, as 2^-24, got -1'],
    [{ ...FLOAT32, elementary: 2 }, 'arithmetic.elementary must be a function, got 2'],
  ])('is not judged in an arithmetic that is none: %o', async (arithmetic, said) => {
    const { verdict, problem } = await checkKernel<CheckedName>('gelu', whole('gelu'), { arithmetic: arithmetic as unknown as Arithmetic });
    expect([verdict, problem]).toEqual(['error', `${said}; FLOAT32 and FLOAT64 of deit-oracle/oracle are two arithmetics`]);
    if (arithmetic !== undefined) return;
    const without = await checkKernel<CheckedName>('gelu', whole('gelu'), undefined as unknown as KernelOptions);
    expect([without.verdict, without.problem]).toEqual([verdict, problem]);
  });

  it('of no operation is refused with those that there are', async () => {
    const { verdict, problem } = await checkKernel('attention' as CheckedName, whole('mhsa'), float64);
    expect([verdict, problem]).toEqual(['error', `there is no operation attention to check; there are ${CHECKED.join(', ')}`]);
  });

  it('is judged in docs/oracle.md as it says there', async () => {
    const text = readFileSync(new URL('../../docs/oracle.md', import.meta.url), 'utf8');
    const section = text.slice(text.indexOf('## One kernel of yours'), text.indexOf('## The protocol'));
    await runExample('', /```js\n([\s\S]*?)```/.exec(section)?.[1] ?? '');
  });
});
