import * as E from 'fp-ts/lib/Either.js';
import { afterAll, describe, expect, it } from 'vitest';
import type { EngineError } from '../../src/core/engine/engine.ts';
import { record } from '../../src/core/interpret/record.ts';
import type { Program } from '../../src/core/language/ops.ts';
import { generate, tensor, zeros } from '../../src/core/tensor/tensor.ts';
import type { KernelProgram } from '../../src/gpu/codegen/kernel-program.ts';
import { kernelProgram } from '../../src/gpu/engine.ts';
import { type GpuEngine, gpuEngine } from '../../src/gpu/index.ts';
import { type Device, openDevice } from '../../src/gpu/run/device.ts';
import { gpujs } from '../../src/gpu/run/gpujs.ts';
import { planOn } from '../../src/gpu/run/plan.ts';
import { GPU } from '../support/engines.ts';
import { left as leftOf, right } from '../support/right.ts';

const left = (e: E.Either<EngineError, unknown>): string => {
  const { stage, message } = leftOf(e);
  return `${stage}: ${message}`;
};
const twice: Program = (o, { x }) => ({ y: o.scale(2, x) });
const options = { threads: false, fallback: false };

const engine = right(await gpuEngine({ mode: 'webasm', threads: false })());
const cpu: Device = right(await openDevice('cpu')());
afterAll(() => {
  engine.dispose();
  cpu.dispose();
});

describe('failures of the gpu engine are values', () => {
  it('a mode without a back end here: an error, or the next mode where that is allowed', async () => {
    expect(left(await gpuEngine({ mode: 'webgl2' })())).toMatch(/^device: webgl2: /);
    const other = right(await gpuEngine({ mode: 'webgl2', fallback: true, threads: false })());
    expect([other.mode, other.name]).toEqual(['webasm', 'gpu (webasm)']);
    other.dispose();
  });
  it('a plan that gpu.js would run elsewhere is refused, and runs where that is allowed', async () => {
    const pretended: Device = { ...cpu, mode: 'webasm' };
    const made = kernelProgram(record(twice, { x: [4] }), 'cpu');
    expect(left(await planOn(pretended, made, options)())).toMatch(
      /^compile: webasm: gpu\.js runs this on cpu and not as asked; allow it with fallback: true/,
    );
    const plan = right(await planOn(pretended, made, { ...options, fallback: true })());
    expect([...right(await plan.run({ x: tensor([4], [1, 2, 3, 4]) })()).y.data]).toEqual([2, 4, 6, 8]);
    plan.dispose();
  });
  it('what does not fit the device is refused before it is allocated', async () => {
    const made = kernelProgram(record(twice, { x: [1000] }), 'cpu');
    expect(left(await planOn({ ...cpu, largestBuffer: 3999 }, made, options)())).toMatch(/^compile: .*over the .*smaller batch/);
    expect(left(await planOn({ ...cpu, memory: 7999 }, made, options)())).toMatch(/^compile: .*the plan needs .*smaller batch/);
    expect(
      left(await engine.compile((o, { x }) => ({ y: o.unary('exp', o.repeatLast(40000, o.repeatLast(10000, x))) }), { x: [4] })()),
    ).toMatch(/^compile: .*6103\.5 MiB/);
  });
  it('mistakes of the program and of its inputs', async () => {
    expect(left(await engine.compile((o, { x }) => ({ y: o.matmul(x, x) }), { x: [2, 3] })())).toMatch(
      /^compile: matmul: .*\(2, 3\) @ \(2, 3\)/,
    );
    expect(left(await engine.compile(twice, { x: [0, 3] })())).toMatch(/^compile: input x \(0, 3\) has no elements/);
    expect(left(await engine.compile((o, { x }) => ({ y: o.slice(0, 1, 1, x) }), { x: [4] })())).toMatch(/^compile: slice: .*no elements/);
    expect(left(await engine.compile(() => ({}), { x: [4] })())).toBe('compile: the program returns no tensors');
    const plan = right(await engine.compile(twice, { x: [4] })());
    expect(left(await plan.run({})())).toBe('run: input x (4) is missing');
    expect(left(await plan.run({ x: zeros([5]) })())).toBe('run: input x is (5), but the plan was compiled for (4)');
    plan.dispose();
    expect(left(await plan.run({ x: zeros([4]) })())).toMatch(/^run: .*disposed/);
  });
  it('a plan outlives neither its engine nor itself, and another engine is not disturbed', async () => {
    const short = right(await gpuEngine({ mode: 'webasm', threads: false })());
    const [own, other] = [right(await short.compile(twice, { x: [4] })()), right(await engine.compile(twice, { x: [4] })())];
    short.dispose();
    short.dispose();
    expect(left(await own.run({ x: zeros([4]) })())).toMatch(/disposed/);
    expect(E.isRight(await other.run({ x: zeros([4]) })())).toBe(true);
    other.dispose();
  });
});

// What only a real device can refuse.
if (GPU.some(({ name }) => name.endsWith('webgpu')))
  describe('failures of a WebGPU device', () => {
    const on = (name: string, test: (gpu: GpuEngine) => Promise<void>): void =>
      it(name, async (context) => {
        const found = await gpuEngine({ mode: 'webgpu' })();
        if (E.isLeft(found) && process.env.DEIT_GPU_REQUIRE !== '1') return context.skip(found.left.message);
        const gpu = right(found);
        await test(gpu).finally(gpu.dispose);
      });
    on('a device that is lost is one error, and the next run has a new one, with what was resident', async (gpu) => {
      const product: Program = (o, { w, x }) => ({ y: o.mul(w, x) });
      const plan = right(await gpu.compile(product, { w: [4], x: [4] }, { resident: ['w'] })());
      const x = tensor([4], [1, 2, 3, 4]);
      expect(E.isRight(await plan.run({ w: tensor([4], [2, 2, 2, 3]), x })())).toBe(true);
      const { device } = await gpujs.WebGPUContext.acquire();
      device.destroy();
      await device.lost;
      expect(left(await plan.run({ x })())).toMatch(/^run: webgpu: the GPU device was lost .*run again/);
      expect([...right(await plan.run({ x })()).y.data]).toEqual([2, 4, 6, 12]);
      expect([...right(await plan.run({ x })()).y.data]).toEqual([2, 4, 6, 12]);
    });
    on('a kernel that gpu.js translates and the shader compiler refuses', async () => {
      const kernel = { text: 'function (a0) { return a0[this.thread.x] + 1.0 / 0.0; }', output: [4] };
      const broken: KernelProgram = {
        kernels: [kernel],
        steps: [{ kernel, reads: [{ stored: 0 }], shape: [4] }],
        stored: [{ kind: 'stored', shape: [4], parts: [], name: 'x' }],
        outputs: { y: { step: 0, shape: [4] } },
      };
      const device = right(await openDevice('webgpu')());
      expect(left(await planOn(device, broken, options)())).toMatch(/^compile: webgpu: a kernel did not compile; please report it .*WGSL/);
      device.dispose();
    });
    on('a buffer over what the adapter allows', async (gpu) => {
      const { device } = await gpujs.WebGPUContext.acquire();
      const most = Math.min(device.limits.maxStorageBufferBindingSize, device.limits.maxBufferSize);
      const rows = Math.floor(most / 4 / 1024);
      const wide: Program = (o, { x }) => ({ y: o.unary('exp', o.repeatLeading([rows + 1, 1024], x)) });
      expect(left(await gpu.compile(wide, { x: [1024] })())).toMatch(/^compile: webgpu: a tensor of .* is over the .* use a smaller batch/);
    });
    on('constants alone are no mistake of the shader, nor more products than a grid has groups', async (gpu) => {
      const constants: Program = (o, { x }) => {
        const [zero, huge] = [0, 1e30].map((c) => o.constant([2], Float64Array.of(c, c)));
        return { y: o.add(x, o.div(zero, huge)), far: o.add(x, o.div(o.mul(huge, huge), zero)), root: o.unary('rsqrt', zero) };
      };
      const plan = right(await gpu.compile(constants, { x: [2] })());
      expect([...right(await plan.run({ x: tensor([2], [1, 2]) })()).y.data]).toEqual([1, 2]);
      const many = right(await gpu.compile((o, { x }) => ({ y: o.matmul(x, o.permute([0, 2, 1], x)) }), { x: [70_000, 1, 2] })());
      const { y } = right(await many.run({ x: generate([70_000, 1, 2], (i) => i % 3) })());
      expect([...y.data.slice(69_997)]).toEqual([69_997, 69_998, 69_999].map((i) => ((2 * i) % 3) ** 2 + ((2 * i + 1) % 3) ** 2));
    });
  });

describe('numbers at the edge', () => {
  it.each(['cpu', 'webasm'] as const)('infinities and overflow behave as in the reference, mode %s', async (mode) => {
    const e = right(await gpuEngine({ mode, threads: false })());
    const run = async (program: Program, values: readonly number[]): Promise<readonly number[]> => {
      const plan = right(await e.compile(program, { x: [1, values.length] })());
      const { y } = right(await plan.run({ x: tensor([1, values.length], values) })());
      plan.dispose();
      return [...y.data];
    };
    const inf = Number.POSITIVE_INFINITY;
    expect(await run((o, { x }) => ({ y: o.softmax(x) }), [0, -inf, 0])).toEqual([0.5, 0, 0.5]);
    expect(await run((o, { x }) => ({ y: o.softmax(x) }), [-700, 700])).toEqual([0, 1]);
    expect(await run((o, { x }) => ({ y: o.unary('exp', x) }), [-inf, -1000, 0, 1000, inf])).toEqual([0, 0, 1, inf, inf]);
    expect(await run((o, { x }) => ({ y: o.unary('log', x) }), [0, 1, inf, -1])).toEqual([-inf, 0, inf, Number.NaN]);
    expect(await run((o, { x }) => ({ y: o.unary('log1p', x) }), [-1, 0, inf, -2])).toEqual([-inf, 0, inf, Number.NaN]);
    expect(await run((o, { x }) => ({ y: o.unary('expm1', x) }), [-inf, 0, inf])).toEqual([-1, 0, inf]);
    expect(await run((o, { x }) => ({ y: o.unary('erf', x) }), [-inf, 0, inf])).toEqual([-1, 0, 1]);
    expect(await run((o, { x }) => ({ y: o.unary('cdf', x) }), [-inf, 0, inf])).toEqual([0, 0.5, 1]);
    expect(await run((o, { x }) => ({ y: o.unary('sqrt', x) }), [0, 4, inf])).toEqual([0, 2, inf]);
    expect(await run((o, { x }) => ({ y: o.unary('rsqrt', x) }), [0, 4, inf])).toEqual([inf, 0.5, 0]);
    expect(await run((o, { x }) => ({ y: o.shift(-inf, x) }), [0, 1])).toEqual([-inf, -inf]);
    expect(await run((o, { x }) => ({ y: o.mul(x, x) }), [1e20, 1e30])).toEqual([inf, inf]);
    e.dispose();
  });
  it.each(['cpu', 'webasm'] as const)('an index past 2^24 is exact, mode %s', async (mode) => {
    const e = right(await gpuEngine({ mode, threads: false })());
    const tail: Program = (o, { x }) => ({
      y: o.slice(0, 17_999_995, 18_000_000, o.reshape([18_000_000], o.repeatLeading([6_000_000, 3], x))),
    });
    const plan = right(await e.compile(tail, { x: [3] })());
    expect(plan.bytes).toBeLessThan(100);
    expect([...right(await plan.run({ x: tensor([3], [1, 2, 3]) })()).y.data]).toEqual([2, 3, 1, 2, 3]);
    e.dispose();
  });
  it('threads give the same bits as none', async () => {
    const threaded = right(await gpuEngine({ mode: 'webasm' })());
    const program: Program = (o, { x }) => ({ y: o.softmax(o.matmul(x, o.permute([1, 0], x))) });
    const x = generate([128, 24], (i) => Math.fround(((i * 7919) % 1000) / 500 - 1));
    const [a, b] = [right(await threaded.compile(program, { x: [128, 24] })()), right(await engine.compile(program, { x: [128, 24] })())];
    expect([a.executor, b.executor]).toEqual(['fused-threaded', 'fused-sync']);
    expect(right(await a.run({ x })()).y.data).toEqual(right(await b.run({ x })()).y.data);
    threaded.dispose();
    b.dispose();
  });
});
