import { expect, it } from 'vitest';
import { UNARY, type Unary } from '../../src/core/language/ops.ts';
import { UNARY_FUNCTIONS } from '../../src/core/language/unary-functions.ts';
import { uniform } from '../../src/core/oracle/case/noise.ts';
import { generate, type Tensor } from '../../src/core/tensor/tensor.ts';
import { GPU, onEach } from '../support/engines.ts';
import { ran } from './judged.ts';

const COUNT = 1 << 13;
/** The whole range of each function where its value is a normal float32, and the stretches where accuracy is hard. */
const RANGES: { readonly [F in Unary]: readonly (readonly [from: number, to: number])[] } = {
  exp: [[-1, 1], [-87, 88]], // biome-ignore format: one line
  expm1: [[-1e-3, 1e-3], [-1, 1], [-20, 88]], // biome-ignore format: one line
  log: [[0.5, 2], [1e-30, 1e6], [1e6, 3e38]], // biome-ignore format: one line
  log1p: [[-1e-3, 1e-3], [-0.5, 0.5], [-0.999, 10], [10, 1e30]], // biome-ignore format: one line
  erf: [[-1e-3, 1e-3], [-1, 1], [-4, 4]], // biome-ignore format: one line
  erfc: [[-1, 1], [0, 9]], // biome-ignore format: one line
  cdf: [[-1, 1], [-12.9, 5]], // biome-ignore format: one line
  gelu: [[-1, 1], [-12.9, 5], [5, 100]], // biome-ignore format: one line
  sqrt: [[0, 4], [1e-30, 3e38]], // biome-ignore format: one line
  rsqrt: [[1e-6, 4], [1e-30, 3e38]], // biome-ignore format: one line
};

const points = ([from, to]: readonly [number, number]): Tensor => {
  const x = uniform(`${from}..${to}`, 5, [COUNT]);
  return generate([COUNT], (i) => Math.fround(from + ((to - from) * (x[i] + 1)) / 2));
};

onEach(
  GPU,
  (name) => `elementary functions of ${name}`,
  (engine) => {
    const { mode } = engine;
    const { u, elementary } = engine.arithmetic;
    it.each(UNARY)('%s keeps its relative accuracy everywhere, the tails included', async (f) => {
      const inputs = Object.fromEntries(RANGES[f].map((range, i) => [`x${i}`, points(range)]));
      const got = await ran(engine, {
        name: f,
        inputs,
        program: (o, xs) => Object.fromEntries(Object.entries(xs).map(([k, x]) => [k, o.unary(f, x)])),
      });
      let worst = { units: 0, at: '' };
      for (const [name, x] of Object.entries(inputs))
        for (let i = 0; i < COUNT; i++) {
          const y = UNARY_FUNCTIONS[f](x.data[i]);
          const units = y === got[name].data[i] ? 0 : Math.abs(got[name].data[i] - y) / Math.abs(y) / u / elementary(x.data[i]);
          if (!(units <= worst.units)) worst = { units, at: `${f}(${x.data[i]}) is ${got[name].data[i]}, not ${y}` };
        }
      if (process.env.DEIT_GPU_SHOW === '1') process.stderr.write(`${mode.padEnd(7)} ${(worst.units * elementary(1)).toFixed(2)} u ${f}\n`);
      expect(worst.units, worst.at).toBeLessThanOrEqual(1);
    });
  },
);
