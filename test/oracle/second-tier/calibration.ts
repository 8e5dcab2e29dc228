import type { Arithmetic } from '../../../src/core/engine/arithmetic.ts';
import { FLOAT32, FLOAT64 } from '../../../src/core/engine/arithmetic.ts';
import type { Engine, Tensors } from '../../../src/core/engine/engine.ts';
import type { Ops, Program } from '../../../src/core/language/ops.ts';
import type { DeitConfig } from '../../../src/core/model/deit/config.ts';
import { forwardProgram } from '../../../src/core/model/deit/program.ts';
import { type Sampling, sigmaOf } from '../../../src/core/oracle/sigma/sigma-of.ts';
import { judgeStatistically } from '../../../src/core/oracle/verdict/statistics.ts';
import { mapRecord } from '../../../src/core/params/map-record.ts';
import type { Tensor } from '../../../src/core/tensor/tensor.ts';
import { right } from '../../support/right.ts';
import { ZOO } from '../zoo.ts';
import { doubles, emulated, ORDERS, ORDERS64, type Style, storedIn } from './emulated.ts';
import { modelInputs, type Weights } from './trained-like.ts';

/** Somebody honest: what they make of a program and its inputs. */
type Honest = (program: Program, inputs: Tensors) => Promise<Tensors>;
const emulation = (style: Style): Honest => {
  const o: Ops<Tensor> = emulated(style);
  const { storage = 'F32' } = style;
  return async (program, inputs) => program(o, storage === 'F32' ? inputs : mapRecord((t) => storedIn(storage, t), inputs));
};
const onEngine =
  (engine: Engine): Honest =>
  async (program, inputs) => {
    const plan = right(
      await engine.compile(
        program,
        mapRecord(({ shape }) => shape, inputs),
      )(),
    );
    const outputs = right(await plan.run(inputs)());
    plan.dispose();
    return outputs;
  };

/** A way to compute, and who computes so. */
export interface Profile {
  readonly name: string;
  readonly arithmetic: Arithmetic;
  readonly honest: Readonly<Record<string, Honest>>;
}

const orders = (names: readonly string[], style: Omit<Style, 'order'>): Readonly<Record<string, Honest>> =>
  Object.fromEntries(names.map((name) => [name, emulation({ order: ORDERS[name], ...style })]));
const FEW = ['forwards', 'in eight lanes'];
const like = (zoo: string, order: string): Honest => emulation({ order: ORDERS[order], like: ZOO[zoo] });

/** Every precision, with those who are honest in it. */
export const profiles = (simd32: Engine): readonly Profile[] => [
  {
    name: 'F32',
    arithmetic: FLOAT32,
    honest: {
      ...orders(Object.keys(ORDERS), {}),
      'functions as wrong as they may be': like('worst elementary functions', 'backwards'),
      'Welford, flash softmax': like('Welford LayerNorm, flash softmax', 'forwards'),
      'affine LayerNorm, reciprocals': like('affine LayerNorm, reciprocal softmax', 'fused multiply-add'),
      simd: onEngine(simd32),
    },
  },
  {
    name: 'F64',
    arithmetic: FLOAT64,
    honest: mapRecord(
      (order): Honest =>
        async (program, inputs) =>
          program(doubles(order), inputs),
      ORDERS64,
    ),
  },
  { name: 'TF32 products', arithmetic: { ...FLOAT32, products: 2 ** -11 }, honest: orders(FEW, { products: 'TF32' }) },
  { name: 'F16 storage', arithmetic: { ...FLOAT32, storage: 2 ** -11, tiny: 2 ** -24 }, honest: orders(FEW, { storage: 'F16' }) },
  { name: 'BF16 storage', arithmetic: { ...FLOAT32, storage: 2 ** -8 }, honest: orders(FEW, { storage: 'BF16' }) },
];

/** The largest z of each run, and the mean square of all. */
export interface Spread {
  readonly numbers: number;
  readonly squares: number;
  readonly largest: readonly number[];
}
export const NONE: Spread = { numbers: 0, squares: 0, largest: [] };

/** Everybody honest in a profile on one model: one run each. */
export const spreadOf = async (
  { arithmetic, honest }: Profile,
  c: DeitConfig,
  weights: Weights,
  seed: number,
  sampling: Sampling,
  before: Spread = NONE,
): Promise<Spread> => {
  const inputs = modelInputs(c, weights, seed);
  const program = forwardProgram(c);
  const likely = sigmaOf(arithmetic, program, inputs, { seed, ...sampling });
  let { numbers, squares, largest } = before;
  for (const run of Object.values(honest)) {
    const outputs = await run(program, inputs);
    for (const [name, { value, sigma }] of Object.entries(likely))
      for (let i = 0; i < value.data.length; i++) {
        squares += ((outputs[name].data[i] - value.data[i]) / sigma.data[i]) ** 2;
        numbers++;
      }
    largest = [...largest, judgeStatistically(outputs, likely).worst?.z ?? Number.NaN];
  }
  return { numbers, squares, largest };
};

/** How often the largest z of a run is beyond λ, if the largest of runs are distributed as Gumbel's law says, fitted by its moments. */
export const falseAlarms = (largest: readonly number[], lambda: number): number => {
  const mean = largest.reduce((sum, z) => sum + z, 0) / largest.length;
  const variance = largest.reduce((sum, z) => sum + (z - mean) ** 2, 0) / (largest.length - 1);
  const scale = Math.sqrt(6 * variance) / Math.PI;
  return -Math.expm1(-Math.exp(-(lambda - (mean - 0.5772156649 * scale)) / scale));
};
