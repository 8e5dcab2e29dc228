import type { TaskEither } from 'fp-ts/lib/TaskEither.js';
import { describe, expect, it, vi } from 'vitest';
import { reference } from '../../src/core/interpret/reference.ts';
import type { Program } from '../../src/core/language/ops.ts';
import { simdEngineOn } from '../../src/simd/engine.ts';
import { type SimdOptions, simdEngine } from '../../src/simd/index.ts';
import { startThread, type Thread } from '../../src/simd/run/thread.ts';
import { left as leftOf, right } from '../support/right.ts';
import { numbers } from './cases.ts';
import { forwardPass, SHAPES, WEIGHTS } from './model.ts';
import { engine, expectSameBits } from './support.ts';

const left = async <L>(task: TaskEither<L, unknown>): Promise<L> => leftOf(await task());
const twice: Program = (o, { x }) => ({ y: o.scale(2, x) });

describe('an engine that cannot be', () => {
  it.each([0, -1, 1.5, Number.NaN, 1000])('%d threads are refused', async (threads) => {
    expect(await left(simdEngine({ threads }))).toMatchObject({ stage: 'device', message: expect.stringContaining(`got ${threads}`) });
  });
});

describe('an invalid option is refused', () => {
  it.each<[object, string]>([
    ...['f32', 'F16', 5, null].map((dtype): [object, string] => [{ dtype }, `dtype must be F32 or F64, got ${dtype}`]),
    [{ memoryLimit: Number.NaN }, 'memoryLimit must be a number of bytes, 0 or more, got NaN'],
    [{ memoryLimit: -1 }, 'memoryLimit must be a number of bytes, 0 or more, got -1'],
    [{ memoryLimit: '1 GiB' }, 'memoryLimit must be a number of bytes, 0 or more, got "1 GiB"'],
    [{ fused: 'no' }, 'fused must be true or false, got "no"'],
    [{ thread: 1 }, 'there is no option thread; there are dtype, threads, fused, memoryLimit'],
  ])('%j', async (options, message) => {
    expect(await left(simdEngine(options))).toMatchObject({ stage: 'device', message });
  });
  it('null', async () => {
    expect(await left(simdEngine(null as never))).toMatchObject({
      stage: 'device',
      message: 'options must be an object, as in {}, got null',
    });
  });
  it('and a limit beyond what WebAssembly has is that', async () => {
    const one = await engine({ dtype: 'F32', threads: 1, memoryLimit: Number.POSITIVE_INFINITY });
    expect(await left(one.compile(twice, { x: [1_000_000, 1_000] }))).toMatchObject({
      message: expect.stringContaining('the limit of 4.00 GiB'),
    });
  });
});

describe('a program that does not fit', () => {
  const options: SimdOptions = { dtype: 'F64', threads: 1, memoryLimit: 1_000_000 };
  it('in shape is refused in the words of the language', async () => {
    const one = await engine(options);
    const error = await left(one.compile((o, { x, y }) => ({ z: o.add(x, y) }), { x: [2], y: [3] }));
    expect(error).toMatchObject({ stage: 'compile', message: expect.stringMatching(/add.*\(2\).*\(3\)/) });
  });
  it('in memory is refused before any is taken, with what it needs and what to do', async () => {
    const one = await engine(options);
    const error = await left(one.compile(twice, { x: [1_000_000] }));
    expect(error).toMatchObject({
      stage: 'compile',
      message: expect.stringMatching(/needs 0\.01 GiB.*nothing was allocated.*smaller batch, or compute in F32/),
    });
  });
  it('in 4 GiB is refused too', async () => {
    const one = await engine({ dtype: 'F32', threads: 1 });
    expect(await left(one.compile(twice, { x: [1_000_000, 1_000] }))).toMatchObject({ message: expect.stringContaining('needs 7.45 GiB') });
  });
});

describe('memory that the system does not give', () => {
  it.each([
    [4, '0.1 MiB'],
    [3 << 20, '24.0 MiB'],
    [200 << 20, '1.56 GiB'],
  ])('for %d numbers is one plain sentence with its size and what to do', async (n, size) => {
    const one = await engine({ dtype: 'F32', threads: 1 });
    class NoMemory {
      constructor() {
        throw new RangeError('WebAssembly.Memory(): could not allocate memory');
      }
    }
    const memory = vi.spyOn(WebAssembly, 'Memory').mockImplementation(NoMemory as never);
    const error = await left(one.compile(twice, { x: [n] })).finally(() => memory.mockRestore());
    expect(error).toMatchObject({
      stage: 'compile',
      lack: 'memory',
      message: `there was no room for another ${size} of WebAssembly memory; dispose of plans that are no longer needed, or run a smaller batch.`,
    });
  });
});

describe('the memory of a plan', () => {
  it('is reported before it runs, and holds little more than what must live at one time', async () => {
    const one = await engine({ dtype: 'F32', threads: 1 });
    const plan = right(await one.compile(forwardPass, SHAPES, { resident: Object.keys(WEIGHTS) })());
    const { resident, working, live, overhead, total } = plan.memory;
    const weights = Object.values(WEIGHTS).reduce((n, { data }) => n + 4 * data.length, 0);
    expect(total).toBe(resident + working + overhead);
    expect(resident).toBeGreaterThanOrEqual(weights);
    expect(working).toBeGreaterThanOrEqual(live);
    expect(working).toBeLessThanOrEqual(1.1 * live);
    expect(plan.describe).toContain(`${plan.kernels} kernels in ${plan.stages} stages`);
  });
  it('is reused by the next plan, which sees nothing of the last', async () => {
    const one = await engine({ dtype: 'F64', threads: 1 });
    for (const n of [1000, 10, 3000]) {
      const x = numbers('x', [n]);
      const plan = right(await one.compile((o, { x: a }) => ({ y: o.pad(0, n, 3 * n, a) }), { x: [n] })());
      expectSameBits(`${n}`, right(await plan.run({ x })()).y, reference.pad(0, n, 3 * n, x));
      plan.dispose();
    }
  });
});

describe('a run that cannot be', () => {
  it('names the input that is missing, or of another shape', async () => {
    const one = await engine({ dtype: 'F64', threads: 1 });
    const plan = right(await one.compile(twice, { x: [2, 3] })());
    expect(await left(plan.run({}))).toMatchObject({ stage: 'run', message: 'input x (2, 3) is missing' });
    expect(await left(plan.run({ x: numbers('x', [3, 2]) }))).toMatchObject({ message: expect.stringContaining('x is (3, 2), but') });
  });
  it('says so after the plan was disposed of', async () => {
    const one = await engine({ dtype: 'F64', threads: 1 });
    const plan = right(await one.compile(twice, { x: [2] })());
    plan.dispose();
    expect(await left(plan.run({ x: numbers('x', [2]) }))).toMatchObject({ stage: 'run', message: expect.stringContaining('disposed') });
  });
});

/** Start real threads; `onRun` is told of each run as it is sent to one. */
const threadsWith = (onRun: (thread: Thread, memory: WebAssembly.Memory, stages: number) => void, ended: string[]): typeof startThread => {
  return async (listener) => {
    let memory: WebAssembly.Memory | undefined;
    const thread = await startThread({
      ...listener,
      onEnd: (reason) => {
        ended.push(reason);
        listener.onEnd(reason);
      },
    });
    return {
      ...thread,
      send: (message) => {
        thread.send(message);
        if (message.kind === 'load') memory = message.memory;
        if (message.kind === 'run' && memory !== undefined) onRun(thread, memory, message.work[0]);
      },
    };
  };
};
/** Word 3 of a stage: tasks taken. */
const takenOf = (memory: WebAssembly.Memory, stages: number): number => Atomics.load(new Int32Array(memory.buffer), stages / 4 + 3);

describe('threads', () => {
  const size = 700;
  const product: Program = (o, { x }) => ({ y: o.matmul(x, x) });
  const x = numbers('x', [size, size]);

  it('that die in the middle of a run give one error, and the engine works again', async () => {
    const ended: string[] = [];
    let runs = 0;
    const start = threadsWith((thread, memory, stages) => {
      runs++;
      if (runs !== 1 && runs !== 3) return;
      while (takenOf(memory, stages) === 0);
      thread.stop();
    }, ended);
    const one = right(await simdEngineOn(start, { dtype: 'F64', threads: 2 })());
    const plan = right(await one.compile(product, { x: x.shape }, { state: { x: 'y' } })());
    const died = { stage: 'run', message: expect.stringContaining('a worker thread died') };
    expect(await left(plan.run({ x }))).toMatchObject(died);
    expect(await left(plan.read(['x']))).toMatchObject({ message: expect.stringContaining('was not given yet') });
    expect(right(await plan.run({ x })())).toEqual({});
    const square = reference.matmul(x, x);
    expectSameBits('after', right(await plan.read(['x'])()).x, square);
    expect(await left(plan.run({ x }))).toMatchObject(died);
    expectSameBits('state is as it was', right(await plan.read(['x'])()).x, square);
    one.dispose();
    await expect.poll(() => ended.length).toBe(2);
  });

  it('start with the first run that needs them and end with the engine', async () => {
    const ended: string[] = [];
    let runs = 0;
    const start = threadsWith(() => runs++, ended);
    const one = right(await simdEngineOn(start, { dtype: 'F32', threads: 3 })());
    const plan = right(await one.compile(twice, { x: x.shape })());
    expect(runs).toBe(0);
    await Promise.all([plan.run({ x })(), plan.run({ x })()]);
    expect(runs).toBe(4);
    one.dispose();
    await expect.poll(() => ended.length).toBe(2);
  });
});
