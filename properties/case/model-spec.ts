import fc from 'fast-check';
import type { Ops, Program } from '../../src/core/language/ops.ts';
import { evaluationLogits } from '../../src/core/model/deit/classifier.ts';
import { type DeitConfig, deitConfig } from '../../src/core/model/deit/config.ts';
import type { DeitLogits, DeitMasks } from '../../src/core/model/deit/deit.ts';
import { type DeitParams, paramShapes, paramsFrom } from '../../src/core/model/deit/params.ts';
import type { Shaped } from '../../src/core/tensor/shape.ts';
import type { Tensors } from '../implementation.ts';
import { drawTensor } from '../tensor-spec.ts';

/** A model as text: the same function for every interpreter. */
export type Model = <T extends Shaped>(o: Ops<T>, c: DeitConfig) => (p: DeitParams<T>, image: T, masks?: DeitMasks<T>) => DeitLogits<T>;

/** A tiny DeiT and a batch of images, in a few words. */
export interface ModelSpec {
  /** Number of images. */
  readonly batch: number;
  readonly config: DeitConfig;
  /** What images and parameters are drawn from. */
  readonly seed: number;
}

/** The `nth` number from `min` on that fits. */
const nthFitting = (min: number, nth: number, fits: (n: number) => boolean): number => {
  let n = min;
  for (let left = nth; left > 0 || !fits(n); n++) if (fits(n)) left--;
  return n;
};

/** Tiny distilled models on images that are not square; no two axes have the same length. */
export const modelSpecs: fc.Arbitrary<ModelSpec> = fc
  .record({
    heads: fc.integer({ min: 2, max: 3 }),
    d: fc.nat(2),
    patch: fc.integer({ min: 1, max: 3 }),
    rows: fc.nat(1),
    columns: fc.nat(2),
    batch: fc.nat(1),
    channels: fc.nat(2),
    classes: fc.nat(4),
    hidden: fc.nat(6),
    depth: fc.integer({ min: 1, max: 2 }),
    seed: fc.nat(999),
  })
  .map(({ heads, patch, depth, seed, ...nth }) => {
    const used = new Set([heads]);
    const free = (...numbers: number[]): boolean => new Set(numbers).size === numbers.length && numbers.every((n) => !used.has(n));
    const use = (n: number, ...more: number[]): number => {
      for (const m of [n, ...more]) used.add(m);
      return n;
    };
    const d = nthFitting(1, nth.d, (n) => free(n, n * heads));
    const dim = heads * use(d, heads * d);
    const rows = nthFitting(1, nth.rows, (n) => free(n * patch));
    const height = use(rows * patch);
    const columns = nthFitting(1, nth.columns, (n) => free(n * patch, rows * n + 2));
    const image = [height, use(columns * patch, rows * columns + 2)] as const;
    const pick = (index: number, min = 1): number => use(nthFitting(min, index, (n) => free(n)));
    const [batch, channels, classes, hidden] = [pick(nth.batch), pick(nth.channels), pick(nth.classes, 2), pick(nth.hidden, 2)];
    return { batch, seed, config: deitConfig({ channels, classes, hidden, depth, patch, heads, dim, image, distilled: true }) };
  });

/** Images and parameters by timm name; no value is zero, no two tensors are alike. */
export const drawModel = ({ batch, config, seed }: ModelSpec): Tensors => {
  const shapes = { image: [batch, config.channels, ...config.image], ...paramShapes(config) };
  return Object.fromEntries(
    Object.entries(shapes).map(([name, shape], k) => [name, drawTensor({ shape, family: 'plain', exponent: -1, seed: 1000 * seed + k })]),
  );
};

/** What a model says in evaluation and in training, as a program of images and parameters by name. */
export const modelProgram =
  (model: Model, config: DeitConfig): Program =>
  (o, { image, ...values }) => {
    const logits = model(o, config)(paramsFrom(config, values), image);
    return { eval: evaluationLogits(o)(logits), cls: logits.cls, ...(logits.dist === undefined ? {} : { dist: logits.dist }) };
  };
