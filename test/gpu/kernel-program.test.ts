import { describe, expect, it } from 'vitest';
import { valueAndGradient } from '../../src/core/interpret/gradient.ts';
import { record } from '../../src/core/interpret/record.ts';
import type { Program } from '../../src/core/language/ops.ts';
import { paramShapes } from '../../src/core/model/deit/params.ts';
import { forwardProgram, lossProgram } from '../../src/core/model/deit/program.ts';
import { ZOO } from '../../src/core/model/zoo.ts';
import type { Shape } from '../../src/core/tensor/shape.ts';
import { kernelProgram } from '../../src/gpu/engine.ts';
import { memoryOf } from '../../src/gpu/run/memory.ts';

/** The kernels of a program for WebGPU. */
const kernels = (program: Program, inputs: Readonly<Record<string, Shape>>) => kernelProgram(record(program, inputs), 'webgpu');
const steps = (program: Program, inputs: Readonly<Record<string, Shape>>): number => kernels(program, inputs).steps.length;

describe('what becomes of a program', () => {
  it('arithmetic in a row is one kernel, and a product takes what follows it', () => {
    expect(steps((o, { x }) => ({ y: o.shift(1, o.scale(2, o.mul(x, x))) }), { x: [4] })).toBe(1);
    expect(steps((o, { x, w, b }) => ({ y: o.add(x, o.gelu(o.linear(x, w, b))) }), { x: [2, 5], w: [5, 5], b: [5] })).toBe(1);
  });
  it('movement costs nothing where a product reads through it', () => {
    expect(
      steps((o, { x }) => ({ y: o.matmul(o.permute([1, 0, 2], o.reshape([5, 2, 3], x)), o.permute([1, 2, 0], o.reshape([5, 2, 3], x))) }), {
        x: [5, 6],
      }),
    ).toBe(1);
  });
  it('softmax is maximum, exponentials, sum, quotient; LayerNorm mean, deviation, map; attention five kernels', () => {
    expect(steps((o, { x }) => ({ y: o.softmax(x) }), { x: [3, 4] })).toBe(4);
    expect(steps((o, { x, g, b }) => ({ y: o.layerNorm(1e-6, x, g, b) }), { x: [3, 4], g: [4], b: [4] })).toBe(3);
    expect(steps((o, { x }) => ({ y: o.attention(1, x, x, x) }), { x: [3, 4] })).toBe(5);
  });
  it('what no output depends on is not computed', () => {
    const program: Program = (o, { x, y }) => {
      o.unary('exp', o.add(x, y));
      return { z: o.scale(2, x) };
    };
    const made = kernels(program, { x: [4], y: [4] });
    expect(made.steps.length).toBe(1);
    expect(made.stored.map(({ name }) => name)).toEqual(['x']);
  });
  it('a kernel reads at most six buffers', () => {
    const inputs = Object.fromEntries(Array.from({ length: 20 }, (_, i) => [`x${i}`, [3, 4]]));
    const made = kernels((o, xs) => ({ y: Object.values(xs).reduce((a, b) => o.mul(o.add(a, b), b)) }), inputs);
    expect(Math.max(...made.steps.map(({ reads }) => reads.length))).toBeLessThanOrEqual(6);
    expect(made.steps.length).toBeLessThanOrEqual(5);
  });
  it('a DeiT is 16 kernels a block, of few sources, forward; its gradient is one plan too', () => {
    const c = ZOO.deit_tiny_distilled_patch16_224;
    const shapes = { ...paramShapes(c), image: [1, 3, 224, 224] };
    const logits: Program = (o, inputs) => {
      const { logits_cls, logits_dist } = forwardProgram(c)(o, inputs);
      return { logits_cls, logits_dist };
    };
    const forward = kernels(logits, shapes);
    expect(forward.stored.length).toBe(Object.keys(shapes).length);
    expect(forward.steps.length).toBe(8 + 16 * c.depth);
    expect(forward.kernels.length).toBeLessThan(25);
    const { stored, steps: working, largest } = memoryOf(forward);
    expect(stored).toBe(4 * Object.values(shapes).reduce((n, shape) => n + shape.reduce((a, b) => a * b, 1), 0));
    expect(working).toBeLessThan(6 * 2 ** 20);
    expect(largest).toBe(4 * 1000 * 192);
    const loss: Program = (o, inputs) => {
      const { value, gradient } = valueAndGradient(lossProgram(c, (d, { cls }) => d.sumLeading([], cls)))(o, inputs);
      return { value, ...gradient };
    };
    expect(Object.keys(kernels(loss, shapes).outputs).length).toBe(1 + Object.keys(shapes).length);
  });
});
