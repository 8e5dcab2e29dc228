import { expect, it } from 'vitest';
import type { Arithmetic } from '../../../src/core/engine/arithmetic.ts';
import { FLOAT32 } from '../../../src/core/engine/arithmetic.ts';
import { generic } from '../../../src/core/interpret/generic.ts';
import { reference } from '../../../src/core/interpret/reference.ts';
import { pullback, type Variable, variable, vjp } from '../../../src/core/interpret/vjp.ts';
import type { Ops } from '../../../src/core/language/ops.ts';
import { call } from '../../../src/core/language/signatures.ts';
import { deitConfig } from '../../../src/core/model/deit/config.ts';
import { forwardProgram } from '../../../src/core/model/deit/program.ts';
import { given, noise } from '../../../src/core/oracle/sigma/noise.ts';
import { roundingError } from '../../../src/core/oracle/sigma/rounding-error.ts';
import { roundingsOf } from '../../../src/core/oracle/sigma/roundings.ts';
import { mapRecord } from '../../../src/core/params/map-record.ts';
import { generate, type Tensor } from '../../../src/core/tensor/tensor.ts';
import { modelInputs, WEIGHTS } from './trained-like.ts';

/** A place where an error comes in: what it is added to, and its standard deviation. */
type Source = readonly [node: Variable<Tensor>, sigma: Tensor];

/** The reference with pullbacks, which notes where each rounding comes in, and how large it is. */
const noting = (arithmetic: Arithmetic, sources: Source[]): Ops<Variable<Tensor>> => {
  const o = vjp(reference);
  const r = roundingsOf(arithmetic);
  const factor = (a: Variable<Tensor>): Variable<Tensor> => {
    const node = o.scale(1, a);
    sources.push([node, generate(a.shape, (i) => (r.products * Math.abs(a.value.data[i])) / Math.sqrt(3))]);
    return node;
  };
  return generic<Variable<Tensor>>(
    (op, attrs, args) => {
      const product = (op === 'matmul' || op === 'linear') && r.products > 0;
      const y = call(o, op, attrs, product ? [...args.slice(0, 2).map(factor), ...args.slice(2)] : args);
      const sigma = roundingError(r, reference, op, attrs, args.map((a) => a.value), y.value); // biome-ignore format: one line
      if (sigma !== undefined) sources.push([y, sigma]);
      return y;
    },
    ['sub', 'gelu', 'linear'],
  );
};

const SMALL = deitConfig({ dim: 18, depth: 3, heads: 3, patch: 4, image: [16, 24], classes: 5, distilled: true });
const PRECISIONS: Readonly<Record<string, Arithmetic>> = { F32: FLOAT32, TF32: { ...FLOAT32, products: 2 ** -11 } };

it.each(WEIGHTS.flatMap((weights) => Object.keys(PRECISIONS).map((precision) => ({ weights, precision }))))(
  'what chance gives is what the derivatives say, to first order: $weights weights, $precision',
  ({ weights, precision }) => {
    const arithmetic = PRECISIONS[precision];
    const inputs = modelInputs(SMALL, weights, 1);
    const crowd = { samples: 200, seed: 1 };
    const program = forwardProgram(SMALL);
    const { logits_cls: drawn } = program(noise(arithmetic, reference, crowd), mapRecord((t, name) => given(arithmetic, crowd, name, t), inputs)); // biome-ignore format: one line
    const sources: Source[] = [];
    const { logits_cls: y } = program(noting(arithmetic, sources), mapRecord(variable, inputs));
    expect(sources.length).toBeGreaterThan(60);
    for (let logit = 0; logit < 5; logit++) {
      const gradient = pullback(reference, [[y, generate(y.shape, (i) => (i === logit ? 1 : 0))]]);
      let variance = 0;
      for (const [node, sigma] of sources) {
        const g = gradient(node).data;
        for (let i = 0; i < g.length; i++) variance += (g[i] * sigma.data[i]) ** 2;
      }
      const errors = (drawn.samples as readonly Tensor[]).map(({ data }) => data[logit] - drawn.value.data[logit]);
      const measured = Math.sqrt(errors.reduce((sum, e) => sum + e * e, 0) / errors.length);
      expect(Math.abs(measured / Math.sqrt(variance) - 1), `logit ${logit}`).toBeLessThan(0.3);
    }
  },
);
