import { describe, expect, it } from 'vitest';
import { FLOAT32, FLOAT64 } from '../../src/core/engine/arithmetic.ts';
import type { Tensors } from '../../src/core/engine/engine.ts';
import { reference } from '../../src/core/interpret/reference.ts';
import { casesOf } from '../../src/core/oracle/case/cases.ts';
import { programOf } from '../../src/core/oracle/request/task.ts';
import { adopt, type Tensor } from '../../src/core/tensor/tensor.ts';
import { checkKernel, type KernelOptions } from '../../src/oracle/check/check-kernel.ts';
import { caseOf } from '../../src/oracle/runner/case.ts';
import { digest } from '../../src/oracle/runner/digest.ts';
import type { Kernel, KernelOutput } from '../../src/oracle/runner/kernel.ts';
import { right } from '../support/right.ts';

type Softmax = (x: Tensor) => KernelOutput;
const honest: Softmax = (x) => reference.softmax(x);
const garbage: Softmax = (x) => reference.scale(0.5, x);
const judged = (cheat: Softmax, options: Partial<KernelOptions> = {}) =>
  checkKernel('softmax', ({ x }: Tensors) => ({ y: cheat(x) }), { arithmetic: FLOAT64, ...options });

/** A cheat that keeps something from call to call is made anew for each test. */
type Cheat = () => Softmax;
const remembered =
  (key: (x: Tensor) => string): Cheat =>
  () => {
    const answers = new Map<string, KernelOutput>();
    return (x) => {
      const known = answers.get(key(x)) ?? honest(x);
      answers.set(key(x), known);
      return known;
    };
  };
const after =
  (calls: number): Cheat =>
  () => {
    let count = 0;
    return (x) => (count++ < calls ? honest(x) : garbage(x));
  };

const CHEATS: Readonly<Record<string, Cheat>> = {
  'results cached by shape': remembered(({ shape }) => shape.join()),
  'results cached by the first numbers': remembered(({ shape, data }) => [shape, ...data.slice(0, 4)].join()),
  'results cached by the last numbers': remembered(({ shape, data }) => [shape, ...data.slice(-4)].join()),
  'results cached by every seventh number': remembered(({ shape, data }) => [shape, Array.from(data).filter((_, i) => i % 7 === 0)].join()),
  'the output of the call before': () => {
    let before: KernelOutput | undefined;
    return (x) => {
      const now = before;
      before = honest(x);
      return now?.data.length === x.data.length ? now : before;
    };
  },
  'the input as it is': () => (x) => x,
  'NaN as a wildcard': () => (x) => adopt(x.shape, x.data.slice().fill(Number.NaN)),
  'infinity as a wildcard': () => (x) => adopt(x.shape, x.data.slice().fill(Number.POSITIVE_INFINITY)),
  'one NaN among right numbers': () => (x) =>
    adopt(
      x.shape,
      Float64Array.from(honest(x).data, (y, i) => (i === 5 ? Number.NaN : y)),
    ),
  'right for ten calls': after(10),
  'right for thirty calls': after(30),
  'right at round sizes only': () => (x) => ((x.shape.at(-1) ?? 0) % 8 === 0 ? honest(x) : garbage(x)),
  'right where it is looked at the second time': () => (x) => {
    const [y, looks] = [honest(x), new Map<string | symbol, number>()];
    const data = new Proxy(Array.from(y.data), {
      get: (all, key) => {
        looks.set(key, (looks.get(key) ?? 0) + 1);
        const value = Reflect.get(all, key);
        return typeof value === 'number' && key !== 'length' && looks.get(key) === 1 ? value + 1 : value;
      },
    });
    return { shape: y.shape, data };
  },
};

describe('cheats that are caught in the default run', () => {
  it.each(Object.entries(CHEATS))('%s', async (_, cheat) => {
    const { verdict } = await judged(cheat());
    expect(verdict).toBe('fail');
  });

  it('an input written to', async () => {
    const report = await judged((x) => {
      const y = honest(x);
      (x.data as Float64Array).fill(0);
      return y;
    });
    expect([report.verdict, report.failure]).toEqual(['fail', 'inputs']);
  });

  it('inputs are fresh at every call: none is the tensor of another', async () => {
    const seen = new Set<unknown>();
    let calls = 0;
    await judged((x) => {
      calls++;
      seen.add(x.data);
      return honest(x);
    });
    expect(seen.size).toBe(calls);
  });

  it('a seed that is printed in the documentation is known, one that nobody knows is not', async () => {
    const known = new Map(
      casesOf('softmax', 8, 1).map((spec) => {
        const { given, task } = right(caseOf(spec, FLOAT64));
        return [digest({ x: given.x }), programOf(task)(reference, task.inputs).y];
      }),
    );
    const prepared: Softmax = (x) => known.get(digest({ x })) ?? garbage(x);
    for (const seed of ['random', 'random'] as const) {
      const report = await judged(prepared, { seed });
      expect(report.verdict).toBe('fail');
      // Byte for byte the same again.
      const again = await judged(prepared, { seed: report.seed });
      expect({ ...again, milliseconds: 0 }).toEqual({ ...report, milliseconds: 0 });
    }
    expect((await judged(honest, { seed: 'random' })).verdict).toBe('pass');
  });

  it.each<readonly [string, () => void]>([
    ['Math.abs', () => { Math.abs = () => 0; }],
    ['Math.max', () => { Math.max = () => 0; }],
    ['Number.isFinite', () => { Number.isFinite = () => true; }],
    ['Object.entries', () => { Object.entries = (() => []) as typeof Object.entries; }],
    ['Array.prototype.find', () => { Array.prototype.find = () => undefined; }],
    ['Float64Array', () => { globalThis.Float64Array = Float32Array as never; }],
    ['Performance.prototype.now', () => { Object.getPrototypeOf(performance).now = () => 0; }],
    ['Date.now', () => { Date.now = () => 0; }],
    ['TypedArray.prototype.fill', () => { Object.getPrototypeOf(Float64Array.prototype).fill = function fill() { return this; }; }],
  ])('%s replaced, which is put back', async (name, replace) => {
    const before = Object.getOwnPropertyDescriptors(Math);
    const report = await judged((x) => {
      const y = honest(x);
      replace();
      return y;
    });
    expect([report.verdict, report.failure]).toEqual(['fail', 'tampering']);
    expect(report.problem).toBe(`the kernel replaces ${name}, a function of the language that it is judged with; it was put back`);
    expect(Object.getOwnPropertyDescriptors(Math)).toEqual(before);
    expect(Math.abs(-1)).toBe(1);
    // And by one that throws then.
    const thrown = await judged(() => {
      replace();
      throw new Error('gone');
    });
    expect(thrown.failure).toBe('tampering');
    expect(Number.isFinite(Math.max(1, 2) + Object.entries({ a: 1 }).length)).toBe(true);
  }); // biome-ignore format: one function a line

  it('the own functions of the judge cannot be replaced', async () => {
    const kernel: Softmax = (x) => {
      (reference as { softmax: unknown }).softmax = () => x;
      return x;
    };
    const report = await judged(kernel);
    expect([report.verdict, report.problem]).toEqual(['error', expect.stringMatching(/^it threw: Cannot assign to read only property/)]);
  });
});

describe('other bits for the same inputs', () => {
  /** Right, and in its last bits another at every call. */
  const unsteady = (): Softmax => {
    let call = 0;
    return (x) => {
      call++;
      return adopt(
        x.shape,
        Float64Array.from(honest(x).data, (y) => Math.fround(y) * (1 + call * 2 ** -32)),
      );
    };
  };
  it('are told, and a failure where the same were promised', async () => {
    const report = await judged(unsteady(), { arithmetic: FLOAT32 });
    expect([report.verdict, (report.unsteady ?? 0) >= report.cases]).toEqual(['pass', true]);
    const promised = await judged(unsteady(), { arithmetic: FLOAT32, deterministic: true });
    expect([promised.verdict, promised.failure, promised.problem]).toEqual([
      'fail',
      'unsteady',
      expect.stringMatching(/^the same inputs give other bits when they come again, in \d+ of \d+ cases$/),
    ]);
    expect(await judged(honest, { deterministic: true })).toMatchObject({ verdict: 'pass' });
  });
  it('one wrong call in fifty is wrong', async () => {
    let call = 0;
    const rare: Softmax = (x) => (++call % 50 === 0 ? garbage(x) : honest(x));
    const report = await judged(rare, { cases: 24 });
    expect([report.verdict, (report.unsteady ?? 0) > 0]).toEqual(['fail', true]);
  });
  it('answers that a kernel keeps and changes later are copies by then', async () => {
    const all: Float64Array[] = [];
    const kernel: Kernel<'softmax'> = ({ x }) => {
      for (const data of all) data.fill(0);
      const data = Float64Array.from(honest(x).data);
      all.push(data);
      return { y: { shape: x.shape, data } };
    };
    expect((await checkKernel('softmax', kernel, { arithmetic: FLOAT64 })).verdict).toBe('pass');
  });
});
