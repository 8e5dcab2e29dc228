import { describe, expect, it } from 'vitest';
import { drawTensor } from '../../properties/index.ts';
import { reference } from '../../src/core/interpret/reference.ts';
import { last, type Shape } from '../../src/core/tensor/shape.ts';
import type { Tensor } from '../../src/core/tensor/tensor.ts';

/** The definition: one accumulator for each element, k ascending. */
const defined = (a: Tensor, b: Tensor): Float64Array => {
  const [m, k] = a.shape.slice(-2);
  const n = last(b.shape);
  const groups = a.data.length / (m * k);
  const out = new Float64Array(groups * m * n);
  for (let g = 0; g < groups; g++)
    for (let i = 0; i < m; i++)
      for (let j = 0; j < n; j++) {
        let s = 0;
        for (let x = 0; x < k; x++) s += a.data[(g * m + i) * k + x] * b.data[(g * k + x) * n + j];
        out[(g * m + i) * n + j] = s;
      }
  return out;
};

const full = (shape: Shape, seed: number): Tensor => drawTensor({ shape, family: 'full', exponent: 0, seed });
const bits = (data: ArrayLike<number>): Buffer => Buffer.from(Float64Array.from(data).buffer);

const DEIT: readonly (readonly [what: string, a: Shape, b: Shape])[] = [
  ['patch embedding, DeiT-Ti', [196, 768], [768, 192]],
  ['queries, keys and values, DeiT-Ti', [198, 192], [192, 576]],
  ['scores, DeiT-Ti', [3, 197, 64], [3, 64, 197]],
  ['weighted values, DeiT-Ti', [3, 198, 198], [3, 198, 64]],
  ['second layer of the MLP, DeiT-S', [17, 1536], [1536, 384]],
  ['projection, DeiT-B', [13, 768], [768, 768]],
  ['head', [2, 192], [192, 1000]],
];

describe('the blocked matrix product is the naive loop, bit for bit', () => {
  for (const [what, a, b] of DEIT)
    it(`${what}: (${a.join(', ')}) @ (${b.join(', ')})`, () => {
      const [x, y] = [full(a, 1), full(b, 2)];
      expect(bits(reference.matmul(x, y).data).equals(bits(defined(x, y)))).toBe(true);
    });

  it('every remainder of the block sizes', () => {
    for (let m = 1; m <= 9; m++)
      for (let n = 1; n <= 9; n++)
        for (const k of [1, 2, 3, 5, 8]) {
          const [x, y] = [full([m, k], m), full([k, n], n)];
          expect(bits(reference.matmul(x, y).data).equals(bits(defined(x, y)))).toBe(true);
        }
  });

  it('every remainder of the rows and of the terms that are copied at a time', () => {
    for (const m of [63, 64, 65, 66])
      for (const k of [511, 512, 513, 1025]) {
        const [x, y] = [full([m, k], m), full([k, 5], k)];
        expect(bits(reference.matmul(x, y).data).equals(bits(defined(x, y)))).toBe(true);
      }
  });

  it('linear layers, whose weights are transposed', () => {
    const [x, w] = [full([2, 99, 192], 3), full([768, 192], 4)];
    const transposed = reference.permute([1, 0], w);
    expect(bits(reference.linear(x, w).data).equals(bits(defined(reference.reshape([198, 192], x), transposed)))).toBe(true);
  });
});
