import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cdf } from '../../src/core/math/index.ts';
import { fraction, type Generator, generator, normal, type Random, symmetric } from '../../src/core/random/generator.ts';
import type { Shape } from '../../src/core/tensor/shape.ts';
import type { Tensor } from '../../src/core/tensor/tensor.ts';

const DRAWS: Readonly<Record<string, (shape: Shape) => Random<Tensor>>> = { fraction, symmetric, normal };

/** Kolmogorov's distance of a sample from the uniform distribution, times √n: above 1.95 once in a thousand. */
const kolmogorov = (sample: readonly number[]): number => {
  const sorted = [...sample].sort((a, b) => a - b);
  const n = sorted.length;
  return Math.sqrt(n) * Math.max(...sorted.map((u, i) => Math.max(u - i / n, (i + 1) / n - u)));
};

describe.each(Object.entries(DRAWS))('%s', (_, draw) => {
  it('is a function of the generator, which it leaves as it was', () => {
    const g = generator(5);
    const before = JSON.stringify(g);
    const [a, next] = draw([3, 4])(g);
    const [b, again] = draw([3, 4])(g);
    expect(a).toEqual(b);
    expect(next).toEqual(again);
    expect(JSON.stringify(g)).toBe(before);
    expect(next).not.toEqual(g);
  });
  it('goes on where it stopped: two draws are one longer draw, stored and read in between', () => {
    fc.assert(
      fc.property(fc.maxSafeInteger(), fc.nat(20), fc.nat(20), (seed, m, n) => {
        const [whole, end] = draw([m + n])(generator(seed));
        const [first, middle] = draw([m])(generator(seed));
        const [second, last] = draw([n])(JSON.parse(JSON.stringify(middle)) as Generator);
        expect([...first.data, ...second.data]).toEqual([...whole.data]);
        expect(last).toEqual(end);
      }),
    );
  });
  it('differs between neighbouring seeds, and is not correlated with them', () => {
    const n = 4000;
    const [a, b] = [1, 2].map((seed) => Array.from(draw([n])(generator(seed))[0].data));
    const [meanA, meanB] = [a, b].map((x) => x.reduce((s, y) => s + y, 0) / n);
    const product = (x: number[], mx: number, y: number[], my: number) => x.reduce((s, v, i) => s + (v - mx) * (y[i] - my), 0);
    const correlation = product(a, meanA, b, meanB) / Math.sqrt(product(a, meanA, a, meanA) * product(b, meanB, b, meanB));
    expect(Math.abs(correlation) * Math.sqrt(n)).toBeLessThan(3.3);
  });
});

describe('distributions', () => {
  const n = 20000;
  const sample = (draw: Random<Tensor>): readonly number[] => Array.from(draw(generator(11))[0].data);
  it('fraction', () => expect(kolmogorov(sample(fraction([n])))).toBeLessThan(1.95));
  it('symmetric', () => expect(kolmogorov(sample(symmetric([n])).map((u) => (u + 1) / 2))).toBeLessThan(1.95));
  it('normal', () => expect(kolmogorov(sample(normal([n])).map(cdf))).toBeLessThan(1.95));
  it('the first outputs of many seeds are uniform too', () => {
    const firsts = Array.from({ length: 5000 }, (_, seed) => fraction([1])(generator(seed - 2500))[0].data[0]);
    expect(kolmogorov(firsts)).toBeLessThan(1.95);
  });
  it('the distance notices a distribution that is slightly off', () =>
    expect(kolmogorov(sample(fraction([n])).map((u) => u * 0.97))).toBeGreaterThan(1.95));
});

it('the stream of a seed never changes', () => {
  expect(Array.from(fraction([3])(generator(42))[0].data)).toEqual([0.28825234330779337, 0.16225520804569527, 0.49601055366109215]);
  expect(Array.from(normal([3])(generator(-(2 ** 40)))[0].data)).toEqual([-0.23262567028717124, 0.3543226920568653, 0.4438971354827229]);
});

it('refuses a seed that a double cannot hold', () => {
  for (const seed of [0.5, Number.NaN, 2 ** 53]) expect(() => generator(seed)).toThrow(RangeError);
});
