import { describe, expect, it } from 'vitest';
import { FLOAT32 } from '../../src/core/engine/arithmetic.ts';
import type { Tensors } from '../../src/core/engine/engine.ts';
import { casesOf, defaultCount, IMAGE_OPERATIONS } from '../../src/core/oracle/case/cases.ts';
import { drawCase } from '../../src/core/oracle/case/draw-case.ts';
import { operationNamed } from '../../src/core/oracle/request/operation-table.ts';
import type { Comparison } from '../../src/core/oracle/verdict/compare.ts';
import { judgeImage } from '../../src/core/oracle/verdict/judge-image.ts';
import { generate, type Tensor } from '../../src/core/tensor/tensor.ts';
import { right } from '../support/right.ts';

type Attrs = Readonly<Record<string, unknown>>;
const result = (op: string, attrs: Attrs, given: Tensors): Tensors => right(operationNamed(op)?.result?.(attrs, given) ?? fail());
const fail = (): never => {
  throw new Error('no operation on images');
};
/** What the default cases of an operation say, one comparison each. */
const judged = (op: string, of: (attrs: Attrs, given: Tensors) => Tensors): readonly Comparison[] =>
  casesOf(op, defaultCount(op), 1).map((spec) => {
    const given = right(drawCase(spec));
    return right(judgeImage(FLOAT32, op, spec.attrs, given, of(spec.attrs, given)));
  });
const failed = (found: readonly Comparison[]): number => found.filter((one) => one.failed > 0).length;
const f = Math.fround;
const bgr = ({ image }: Tensors): Tensors => ({ image: generate(image.shape, (i) => image.data[3 * Math.floor(i / 3) + 2 - (i % 3)]) });
const mapped = (t: Tensor, of: (x: number, i: number) => number): Tensor => generate(t.shape, (i) => of(t.data[i], i));

describe('images', () => {
  it.each(IMAGE_OPERATIONS)('of %s are bytes, the same always, others for another seed', (op) => {
    const draw = (seed: number): readonly Tensors[] => casesOf(op, 4, seed).map((spec) => right(drawCase(spec)));
    expect(draw(1)).toEqual(draw(1));
    expect(draw(2)).not.toEqual(draw(1));
    for (const { image } of draw(1)) expect(Array.from(image.data).every((x) => Number.isInteger(x) && x >= 0 && x <= 255)).toBe(true);
  });

  it('resized right pass, bit for bit; anything else fails', () => {
    const right_ = (attrs: Attrs, given: Tensors) => result('resize', attrs, given);
    expect(failed(judged('resize', right_))).toBe(0);
    const one = judged('resize', (attrs, given) => ({ y: mapped(right_(attrs, given).y, (x, i) => (i === 0 ? x + 1 : x)) }));
    expect(failed(one)).toBe(one.length);
    expect(failed(judged('resize', (attrs, given) => right_({ ...attrs, interpolation: 'bilinear' }, given)))).toBeGreaterThan(4);
    expect(failed(judged('resize', (attrs, given) => right_({ ...attrs, pillow: 'pillow-13' }, given)))).toBeGreaterThan(0);
    const swapped = judged('resize', (attrs, given) => right_({ ...attrs, size: [...(attrs.size as readonly number[])].reverse() }, given));
    expect(swapped.some(({ failure }) => failure === 'shape')).toBe(true);
  });

  it('preprocessed in float32 pass, written in any way', () => {
    const bytes = (attrs: Attrs, given: Tensors): Tensor =>
      mapped(result('preprocess', { ...attrs, mean: [0, 0, 0], std: [1, 1, 1] }, given).y, (x) => Math.round(255 * x));
    const by = (of: (x: number, mean: number, std: number) => number) =>
      judged('preprocess', (attrs, given) => {
        const { mean = [0.485, 0.456, 0.406], std = [0.229, 0.224, 0.225] } = attrs as Readonly<Record<string, readonly number[]>>;
        const y = bytes(attrs, given);
        const at = (i: number): number => Math.floor((3 * i) / y.data.length);
        return { y: mapped(y, (x, i) => of(x, mean[at(i)], std[at(i)])) };
      });
    const ways = [
      (x: number, m: number, s: number) => f(f(f(x / 255) - f(m)) / f(s)),
      (x: number, m: number, s: number) => f(f(f(x * f(1 / 255)) - f(m)) * f(1 / f(s))),
      (x: number, m: number, s: number) => f(f(x * f(1 / f(255 * f(s)))) - f(f(m) / f(s))),
      (x: number, m: number, s: number) => f(f(x - f(255 * f(m))) * f(1 / f(255 * f(s)))),
    ];
    for (const way of ways) expect(failed(by(way))).toBe(0);
    expect(failed(by((x, m, s) => (x / 256 - m) / s))).toBe(defaultCount('preprocess'));
  });

  it('preprocessed wrong fail', () => {
    const wrong: readonly ((attrs: Attrs, given: Tensors) => Tensors)[] = [
      (attrs, given) => result('preprocess', { ...attrs, mean: [0.5, 0.5, 0.5] }, given),
      (attrs, given) => result('preprocess', { ...attrs, std: [0.5, 0.5, 0.5] }, given),
      (attrs, given) => result('preprocess', { ...attrs, interpolation: 'bilinear' }, given),
      (attrs, given) => result('preprocess', attrs, bgr(given)),
      (attrs, given) => {
        const side = attrs.resize as number | readonly number[];
        return result('preprocess', typeof side === 'number' ? { ...attrs, resize: [side, side] } : attrs, given);
      },
      (attrs, given) => ({ y: mapped(result('preprocess', attrs, given).y, (x) => Math.round(1024 * x) / 1024) }),
    ];
    for (const of of wrong) expect(failed(judged('preprocess', of))).toBeGreaterThan(2);
  });
});
