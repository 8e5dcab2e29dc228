import { afterAll, describe, expect, it } from 'vitest';
import type { Arithmetic } from '../../../src/core/engine/arithmetic.ts';
import { FLOAT32 } from '../../../src/core/engine/arithmetic.ts';
import { reference } from '../../../src/core/interpret/reference.ts';
import { deitConfig } from '../../../src/core/model/deit/config.ts';
import { forwardProgram } from '../../../src/core/model/deit/program.ts';
import { diluted, doseOf } from '../../../src/core/oracle/mistake/dose.ts';
import type { Mutant } from '../../../src/core/oracle/mistake/mistake.ts';
import { mutantNamed } from '../../../src/core/oracle/mistake/mistakes.ts';
import { sigmaOf } from '../../../src/core/oracle/sigma/sigma-of.ts';
import { judgeStatistically, LAMBDA } from '../../../src/core/oracle/verdict/statistics.ts';
import { mapRecord } from '../../../src/core/params/map-record.ts';
import { generate, tensor } from '../../../src/core/tensor/tensor.ts';
import { checkOutputs } from '../../../src/oracle/check/check-outputs.ts';
import { simdEngine } from '../../../src/simd/index.ts';
import { expectSection } from '../../support/document.ts';
import { right } from '../../support/right.ts';
import { ZOO } from '../zoo.ts';
import { emulated, ORDERS } from './emulated.ts';
import { forwardWith, mistakes } from './mistakes.ts';
import { modelInputs, SMALL } from './trained-like.ts';

const PRECISIONS: Readonly<Record<string, Arithmetic>> = {
  F32: FLOAT32,
  'TF32 products': { ...FLOAT32, products: 2 ** -11 },
  'F16 storage': { ...FLOAT32, storage: 2 ** -11, tiny: 2 ** -24 },
  'BF16 storage': { ...FLOAT32, storage: 2 ** -8 },
};
const inputs = modelInputs(SMALL, 'trained-like', 7);
const likely = mapRecord((arithmetic) => sigmaOf(arithmetic, forwardProgram(SMALL), inputs), PRECISIONS);
const wrong = mistakes(SMALL);
const outputs = mapRecord((program) => program(reference, inputs), wrong);

describe('by logits alone, in float32, on weights like trained ones', () => {
  const single = emulated({ order: ORDERS['in eight lanes'], like: ZOO['Welford LayerNorm, flash softmax'] });
  it('an honest implementation passes', () => {
    const { failed, compared } = judgeStatistically(forwardProgram(SMALL)(single, inputs), likely.F32);
    expect({ failed, compared }).toEqual({ failed: 0, compared: 300 });
  });
  it.each(Object.keys(wrong))('%s: killed', (name) => {
    expect(judgeStatistically(wrong[name](single, inputs), likely.F32).failed).toBeGreaterThan(0);
  });
});

describe('what can be told at each precision', () => {
  const doses = mapRecord((at) => mapRecord((got) => doseOf(got, at), outputs), likely);
  it('in float32 everything', () => {
    expect(Object.values(doses.F32).map(({ told }) => told)).toEqual([true, true, true, true, true]);
  });
  it('in bfloat16 neither eps nor the form of GELU, which it says', () => {
    expect(doses['BF16 storage']['LayerNorm with eps 1e-5'].told).toBe(false);
    expect(doses['BF16 storage']['GELU in its tanh form'].told).toBe(false);
  });
  it('and how much of it would be is in docs/second-tier.md', () => {
    const cell = ({ z, told, smallest }: ReturnType<typeof doseOf>): string =>
      `${told ? 'told' : '**cannot tell**'}: ${z.toPrecision(2)}σ, ${smallest === undefined ? 'never' : `from ${smallest < 1 ? `1/${1 / smallest}` : `${smallest}×`}`}`;
    const names = Object.keys(PRECISIONS);
    const line = (mistake: string): string => `| ${[mistake, ...names.map((name) => cell(doses[name][mistake]))].join(' | ')} |`;
    const head = [`| mistake | ${names.join(' | ')} |`, `| ${['', ...names].map(() => '---').join(' | ')} |`];
    expectSection('docs/second-tier.md', 'told', [...head, ...Object.keys(wrong).map(line)].join('\n'));
  });
  it('a share of a mistake goes as far as that share', () => {
    const tanh = mutantNamed('tanh-gelu') as Mutant;
    const program = (share: number) => forwardWith(diluted(tanh, share), SMALL);
    const z = (share: number): number => doseOf(program(share)(reference, inputs), likely.F32).z;
    const whole = doses.F32['GELU in its tanh form'].z;
    expect(z(1)).toBeCloseTo(whole, 5);
    expect(z(1 / 8) / whole).toBeCloseTo(1 / 8, 2);
    expect(z(0)).toBeLessThan(1e-3);
  });
  it('a dose that is told is: the smallest share of the tanh form of GELU that is promised fails an honest implementation', () => {
    const { smallest } = doses.F32['GELU in its tanh form'];
    const tanh = mutantNamed('tanh-gelu') as Mutant;
    const program = forwardWith(diluted(tanh, smallest as number), SMALL);
    const single = emulated({ order: ORDERS['in tiles of 32'] });
    expect(judgeStatistically(program(single, inputs), likely.F32).failed).toBeGreaterThan(0);
  });
  it('nothing is told of what is the same', () => {
    expect(doseOf({ y: tensor([1], [1]) }, { y: { value: tensor([1], [1]), sigma: tensor([1], [1e-7]) } })).toEqual({ z: 0, told: false });
  });
});

describe('checkOutputs', () => {
  const c = deitConfig({ dim: 48, depth: 3, heads: 3, patch: 4, image: [16, 24], classes: 20, distilled: true });
  const { image, ...weights } = modelInputs(c, 'trained-like', 3);
  const small = { model: 'a small one', image: 'noise', attrs: { ...c }, given: { image, ...weights } };
  const found = simdEngine({ dtype: 'F32', threads: 1 })();
  afterAll(async () => right(await found).dispose());
  const check = async (mistake?: string) => {
    const planted = mistake === undefined ? {} : { plant: mutantNamed(mistake) as Mutant };
    return checkOutputs({ engine: right(await found), cases: 1, seed: 1, ...planted }, small);
  };
  it('passes an engine that is right, and says by what', async () => {
    const report = await check();
    expect([report.verdict, report.says, report.samples]).toEqual(['pass', 'pass (second tier)', 16]);
    expect(report.likely).toMatchObject({ compared: 60, alone: 60, failed: 0 });
    expect(report.likely.worst?.z).toBeLessThan(LAMBDA / 2);
  });
  it.each(['tanh-gelu', 'layernorm-eps-1e-5', 'swapped-heads'])('fails %s', async (name) => {
    const { verdict, says } = await check(name);
    expect(verdict).toBe('fail');
    expect(says).toMatch(/^beyond 8σ, calibrated, not proved: logits_\w+\(0, \d+\) is /);
  });
  it('fails outputs that are missing, and tells what an engine refuses', async () => {
    const engine = right(await found);
    const none = {
      ...engine,
      compile: () => async () => ({ _tag: 'Left', left: { _tag: 'EngineError', stage: 'compile', message: 'not today' } }) as const,
    };
    expect(await checkOutputs({ engine: none as never, cases: 1, seed: 1 }, small)).toMatchObject({
      verdict: 'error',
      says: 'compile: not today',
    });
  });
});

it('a number that is none fails the second tier, and an infinity that is right does not', () => {
  const want = { y: { value: tensor([3], [1, Number.POSITIVE_INFINITY, 2]), sigma: generate([3], () => 1) } };
  expect(judgeStatistically({ y: tensor([3], [Number.NaN, Number.POSITIVE_INFINITY, 2]) }, want)).toMatchObject({ compared: 2, failed: 1 });
  expect(judgeStatistically({}, want)).toEqual({ compared: 0, beyond: 0, failed: 0, alone: 0 });
});
