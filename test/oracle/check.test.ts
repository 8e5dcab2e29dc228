import { fileURLToPath } from 'node:url';
import * as E from 'fp-ts/lib/Either.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { describe, expect, it } from 'vitest';
import { type Engine, engineError, inferNames, type Plan, type Tensors } from '../../src/core/engine/engine.ts';
import { referenceEngine } from '../../src/core/engine/reference-engine.ts';
import { tensorEngine } from '../../src/core/engine/tensor-engine.ts';
import { evaluationTransform } from '../../src/core/image/evaluation-transform.ts';
import { resizePositions } from '../../src/core/model/deit/position-embedding.ts';
import { CASE_FAMILIES } from '../../src/core/oracle/case/case-spec.ts';
import { casesOf } from '../../src/core/oracle/case/cases.ts';
import { drawCase } from '../../src/core/oracle/case/draw-case.ts';
import { MUTANTS, mutantNamed } from '../../src/core/oracle/mistake/mistakes.ts';
import { OPERATION_NAMES } from '../../src/core/oracle/request/operation-table.ts';
import { adopt, generate, type Tensor } from '../../src/core/tensor/tensor.ts';
import { gpuEngine } from '../../src/gpu/index.ts';
import { readImage } from '../../src/io/image/file.ts';
import { CHECKED, type CheckOptions, checkOperation, checkOperations, isCheckedName } from '../../src/oracle/check/check.ts';
import { checkForward } from '../../src/oracle/check/check-forward.ts';
import type { ModelCase } from '../../src/oracle/check/model-case.ts';
import { selfCheck } from '../../src/oracle/check/self-check.ts';
import { overall } from '../../src/oracle/report/records.ts';
import { failureLines, operationRow } from '../../src/oracle/report/text.ts';
import { notEmpty } from '../support/not-empty.ts';
import { right } from '../support/right.ts';
import { FLOAT32, ZOO } from './zoo.ts';

const engineOf = (name: string, ops = ZOO[name]): Engine => tensorEngine({ name, arithmetic: FLOAT32, ops, describe: name });
const honest = engineOf('pairwise');
const mutant = (name: string) => {
  const found = mutantNamed(name);
  if (found === undefined) throw new Error(`no mutant ${name}`);
  return found;
};

/** The photograph at 32 × 32 and a small model with the weights of a seed. */
const photograph = async (): Promise<ModelCase> => {
  const attrs = { dim: 24, depth: 2, heads: 3, patch: 8, image: [32, 32], classes: 5, distilled: true, eps: 1e-6 };
  const picture = right(await readImage(fileURLToPath(new URL('../../data/chelsea.png', import.meta.url)))());
  const { shape, data } = evaluationTransform(picture, {
    resize: 36,
    crop: 32,
    interpolation: 'bicubic',
    mean: [0.5, 0.5, 0.5],
    std: [0.2, 0.2, 0.2],
  });
  const weights = right(drawCase({ op: 'forward', dims: { B: 1 }, attrs, family: 'normal', scale: 1, offset: 0, seed: 1 }));
  const image: Tensor = generate([1, ...shape], (i) => Math.fround(data[i]));
  return { model: 'small', image: 'chelsea.png', attrs, given: { ...weights, image } };
};

describe('the check', () => {
  it('trusts itself', async () => expect(await selfCheck()).toEqual([]));

  it('has cases for every operation that an engine runs, the first with sizes that no axis shares', () => {
    expect(OPERATION_NAMES.filter((op) => !isCheckedName(op))).toEqual(['resize', 'preprocess']);
    for (const op of CHECKED)
      for (const { dims } of notEmpty(casesOf(op, 1, 1))) {
        const lengths = Object.values(dims).flat();
        expect(new Set(lengths).size, `${op} ${JSON.stringify(dims)}`).toBe(lengths.length);
      }
  });

  it('passes the reference, every operation, and counts what it compared', async () => {
    const reports = [];
    for await (const report of checkOperations({ engine: referenceEngine, cases: 1, seed: 2 })) reports.push(report);
    expect(reports.map(({ op, verdict }) => `${op} ${verdict}`)).toEqual(CHECKED.map((op) => `${op} pass`));
    for (const { compared, worst } of reports) expect([compared > 0, worst?.ratio]).toEqual([true, 0]);
    expect(overall(reports)).toBe('pass');
  });

  it('passes honest float32 step by step through a model and its gradients', async () => {
    for (const op of ['forward', 'loss_gradient', 'block.vjp']) {
      const { verdict, compared, unproved } = await checkOperation({ engine: honest, cases: 2, seed: 2 }, op);
      expect([op, verdict, unproved]).toEqual([op, 'pass', 0]);
      expect(compared).toBeGreaterThan(5000);
    }
  });
});

describe('what is not planted but written', () => {
  // As people write them: ReLU's derivative is 0 at 0, and none is NaN anywhere.
  it.each([
    ['relu-gelu', (x: number) => (x > 0 ? 1 : 0)],
    ['quick-gelu', (x: number) => ((s) => s + 1.702 * x * s * (1 - s))(1 / (1 + Math.exp(-1.702 * x)))],
    [
      'tanh-gelu',
      (x: number) => {
        const [c, t] = [Math.sqrt(2 / Math.PI), Math.tanh(Math.sqrt(2 / Math.PI) * (x + 0.044715 * x ** 3))];
        return 0.5 * (1 + t) + 0.5 * x * (1 - t * t) * c * (1 + 3 * 0.044715 * x * x);
      },
    ],
  ] as const)('%s from a derivative written by hand, on every family of inputs', async (name, derivative) => {
    const byHand: Engine = {
      ...honest,
      compile: inferNames(
        () => async () =>
          E.right({
            run:
              ({ x, dy }: Tensors) =>
              async () =>
                E.right({ dx: generate(x.shape, (i) => Math.fround(dy.data[i] * derivative(x.data[i]))) }),
            read: () => async () => E.right({}),
            describe: 'by hand',
            dispose: () => {},
          }),
      ),
    };
    expect(new Set(casesOf('gelu.vjp', 16, 1).map(({ family }) => family)).size).toBe(CASE_FAMILIES.length);
    const { verdict, matches } = await checkOperation({ engine: byHand, cases: 16, seed: 1 }, 'gelu.vjp');
    expect([verdict, matches]).toEqual(['fail', [name]]);
  });

  it('another variant of an operation is named by its attribute', async () => {
    const antialias = { from: [4, 3], to: [5, 7], prefix: 2, variant: 'timm-antialias' } as const;
    const other: Engine = {
      ...honest,
      compile: inferNames((_program, shapes) => honest.compile((o, { pe }) => ({ y: resizePositions(o)(antialias, pe) }), shapes)),
    };
    const { verdict, matches } = await checkOperation({ engine: other, cases: 1, seed: 1 }, 'pos_interp');
    expect([verdict, matches]).toEqual(['fail', ['variant timm-antialias']]);
  });
});

describe('on webasm, with a photograph', () => {
  it('an honest engine passes; tanh GELU, LayerNorm eps 1e-12 and a swapped head are named by operation and place', async () => {
    const engine = right(await gpuEngine({ mode: 'webasm' })());
    const model = await photograph();
    const clean = await checkForward({ engine, cases: 1, seed: 1 }, model);
    expect([clean.verdict, clean.divergence, clean.matches]).toEqual(['pass', undefined, []]);
    expect(clean.engine).toMatch(/webasm/);
    expect(clean.steps.map(({ name }) => name).slice(0, 6)).toEqual([
      'patch_tokens',
      'tokens',
      'blocks.0.norm1',
      'blocks.0.qkv',
      'blocks.0.attn_ctx',
      'blocks.0.attn_out',
    ]);
    const planted = [
      ['tanh-gelu', 'gelu', 'blocks.0.mlp_act'],
      ['layernorm-eps-1e-12', 'layernorm', 'blocks.0.norm1'],
      ['swapped-heads', 'mhsa', 'blocks.0.attn_ctx'],
    ] as const;
    for (const [name, op, place] of planted) {
      const options = { engine, cases: op === 'layernorm' ? 4 : 1, seed: 1, plant: mutant(name) };
      const alone = await checkOperation(options, op);
      expect([alone.verdict, alone.matches]).toEqual(['fail', [name]]);
      const whole = await checkForward(options, model);
      expect([whole.verdict, whole.divergence, whole.matches]).toEqual(['fail', place, [name]]);
      expect(failureLines(whole)[0]).toContain(`FAIL, first divergence ${place}, matches ${name}`);
      expect(failureLines(alone)[0]).toMatch(new RegExp(`^${op}: FAIL, .*matches ${name}`));
    }
    engine.dispose();
  });
});

describe('failures of other kinds', () => {
  const mapped = (outputs: Tensors, of: (y: Tensor) => Tensor): Tensors =>
    Object.fromEntries(Object.entries(outputs).map(([name, y]) => [name, of(y)]));
  /** An engine that is honest and then makes something else of its outputs. */
  const returning = (of: (outputs: Tensors) => unknown, from = honest): Partial<Engine> => ({
    compile: inferNames((program, shapes, options) =>
      TE.map((plan: Plan): Plan => ({ ...plan, run: (inputs) => TE.map(of as (outputs: Tensors) => Tensors)(plan.run(inputs)) }))(
        from.compile(program, shapes, options),
      ),
    ),
  });
  const withGelu = (gelu: (x: Tensor) => Tensor): Engine => engineOf('odd', { ...ZOO.sequential, gelu });

  it('NaN, a wrong shape and a missing output fail as such', async () => {
    const nan = await checkOperation({ engine: withGelu((x) => generate(x.shape, () => Number.NaN)), cases: 1, seed: 1 }, 'gelu');
    expect([nan.verdict, nan.failure, nan.matches]).toEqual(['fail', 'nan', []]);
    const shape = await checkOperation({ engine: withGelu((x) => generate([x.data.length], (i) => x.data[i])), cases: 1, seed: 1 }, 'gelu');
    expect([shape.verdict, shape.failure]).toEqual(['fail', 'shape']);
    expect(failureLines(shape).join('\n')).toMatch(/y has shape \(132\) and must be \(4, 33\)/);
    const silent: Engine = { ...honest, compile: inferNames((_program, shapes) => honest.compile(() => ({}), shapes)) };
    const missing = await checkOperation({ engine: silent, cases: 1, seed: 1 }, 'gelu');
    expect([missing.verdict, missing.failure]).toEqual(['fail', 'missing']);
  });

  it('an engine that writes to its inputs fails, though it is right about what it has made of them', async () => {
    const writer: Engine = {
      ...honest,
      compile: inferNames((program, shapes, options) =>
        TE.map((plan: Plan) => ({
          ...plan,
          run: (inputs: Tensors) => {
            for (const { data } of Object.values(inputs)) (data as Float64Array).fill(0);
            return plan.run(inputs);
          },
        }))(honest.compile(program, shapes, options)),
      ),
    };
    const report = await checkOperation({ engine: writer, cases: 2, seed: 1 }, 'gelu');
    expect([report.verdict, report.failure]).toEqual(['fail', 'inputs']);
    expect(failureLines(report).join('\n')).toMatch(
      /gelu: FAIL \(inputs\).*\n {2}the engine writes to its input x; inputs must stay as they are/,
    );
  });

  it('an engine that gives up is an error, in its own words', async () => {
    const broken: Engine = { ...honest, compile: () => async () => E.left(engineError('compile', 'no such kernel')) };
    const report = await checkOperation({ engine: broken, cases: 1, seed: 1 }, 'gelu');
    expect([report.verdict, report.problem]).toEqual(['error', 'compile: no such kernel']);
    expect(overall([report])).toBe('fail');
  });

  it.each<readonly [string, Partial<Engine>, string]>([
    ['throws as it compiles', { compile: () => { throw new TypeError('my own bug'); } }, 'it threw: my own bug'],
    ['throws as it runs', engineOf('odd', { ...ZOO.sequential, gelu: () => { throw new TypeError('my own bug'); } }), 'run: TypeError: my own bug'],
    ['rejects', { compile: () => () => Promise.reject('no device') }, 'it threw: no device'],
    ['returns undefined', returning(() => undefined), 'it returns no outputs by name, as in { y: { shape, data } }'],
    ['returns outputs that are none', returning(() => ({ y: undefined })), 'y is not a tensor { shape, data }'],
    ['returns data alone', returning(({ y }) => ({ y: y.data })), 'y is not a tensor { shape, data }'],
    ['returns big integers', returning(({ y }) => ({ y: { ...y, data: new BigInt64Array(y.data.length) } })), 'y is not a tensor: its data[0] is of type bigint, not a number'],
  ])('an engine that %s is an error in one sentence, and the others are checked', async (_what, parts, problem) => {
    const reports = [];
    for await (const report of checkOperations({ engine: { ...honest, ...parts }, cases: 1, seed: 1, ops: ['gelu', 'gelu.vjp'] }))
      reports.push(report);
    expect([reports[0].verdict, reports[0].problem, reports.length]).toEqual(['error', problem, 2]);
    expect(failureLines(reports[0])).toEqual([`gelu: ERROR ${problem}`]);
  }); // biome-ignore format: one engine a line

  it('too few numbers of an output or of an activation fail, and so do too many', async () => {
    const cut = returning((outputs) => mapped(outputs, (y) => ({ ...y, data: y.data.slice(1) })));
    const longer = returning((outputs) => mapped(outputs, (y) => ({ ...y, data: Float64Array.of(...y.data, 1) })));
    for (const [wrong, more] of [[cut, -1], [longer, 1]] as const) {
      const report = await checkOperation({ engine: { ...honest, ...wrong }, cases: 1, seed: 1 }, 'gelu');
      expect([report.verdict, report.failure, report.compared]).toEqual(['fail', 'shape', 0]);
      const [, holds, must] = /y of \([\d, ]+\) holds (\d+) numbers, not (\d+)/.exec(failureLines(report).join()) ?? [];
      expect(Number(holds)).toBe(Number(must) + more);
    }
    const whole = await checkForward({ engine: { ...honest, ...cut }, cases: 1, seed: 1 }, await photograph());
    expect([whole.verdict, whole.failure, whole.divergence]).toEqual(['fail', 'shape', 'patch_tokens']);
    expect(whole.steps.every(({ comparison }) => /holds \d+ numbers, not \d+$/.test(comparison.problem ?? ''))).toBe(true);
  }); // biome-ignore format: a table

  it('of an activation that is cut short nothing follows for those after it', async () => {
    const cut = (outputs: Tensors): Tensors => ({ ...outputs, tokens: { ...outputs.tokens, data: outputs.tokens.data.slice(1) } });
    const { steps, divergence } = await checkForward(
      { engine: { ...referenceEngine, ...returning(cut, referenceEngine) }, cases: 1, seed: 1 },
      await photograph(),
    );
    expect([divergence, steps.filter(({ comparison }) => comparison.failed > 0).length, steps.length > 20]).toEqual(['tokens', 1, true]);
  });

  it('an operation or a mistake that there is not is refused with those that there are', async () => {
    const { verdict, problem, cases } = await checkOperation({ engine: honest, cases: 1, seed: 1 }, 'attention');
    expect([verdict, problem, cases]).toEqual(['error', `there is no operation attention to check; there are ${CHECKED.join(', ')}`, 0]);
    const planted = { engine: honest, cases: 1, seed: 1, plant: mutantNamed('tanh') } as CheckOptions;
    const sentence = `there is no such mistake to plant; there are ${MUTANTS.map(({ name }) => name).join(', ')}`;
    for (const report of [await checkOperation(planted, 'gelu'), await checkForward(planted, await photograph())])
      expect([report.verdict, report.problem, report.compared]).toEqual(['error', sentence, 0]);
  });

  it('a wrong answer that no one has made before matches nothing', async () => {
    const odd = withGelu((x) => adopt(x.shape, ZOO.sequential.gelu(x).data.slice().fill(0.25, 3, 4)));
    const { verdict, failed, matches, worst } = await checkOperation({ engine: odd, cases: 1, seed: 1 }, 'gelu');
    // In its case, and in the same with one number changed.
    expect([verdict, failed, matches, worst?.index]).toEqual(['fail', 2, [], [0, 3]]);
  });

  it('numbers without a bound make it partly judged, none at all is no verdict', async () => {
    const vague = { ...honest, arithmetic: { ...FLOAT32, elementary: (x: number) => (x < -1 ? Number.POSITIVE_INFINITY : 2) } };
    const report = await checkOperation({ engine: vague, cases: 1, seed: 1 }, 'gelu');
    expect(report.verdict).toBe('partly');
    expect([report.compared > 0, report.unproved > 0]).toEqual([true, true]);
    expect(overall([report])).toBe('partly');
    expect(overall([])).toBe('none');
  });

  it('and what is no number among them is said, with its place', async () => {
    const odd = withGelu((x) => adopt(x.shape, ZOO.sequential.gelu(x).data.slice().fill(Number.NaN, 3, 5)));
    const vague = { ...odd, arithmetic: { ...FLOAT32, elementary: () => Number.POSITIVE_INFINITY, propagatesNaN: false } };
    const report = await checkOperation({ engine: vague, cases: 1, seed: 1 }, 'gelu');
    expect(report.strange).toEqual({ count: 4, output: 'y', index: [0, 3], got: Number.NaN });
    expect(operationRow(report).at(-1)).toEqual(
      expect.stringMatching(/^0 % judged: \d+ numbers without a bound, 4 of them not finite, the first y\[0, 3\] = NaN$/),
    );
  });
});
