import * as E from 'fp-ts/lib/Either.js';
import { describe, expect, it } from 'vitest';
import { referenceEngine } from '../../src/core/engine/reference-engine.ts';
import { CASE_OPERATIONS, casesOf } from '../../src/core/oracle/case/cases.ts';
import { mutantNamed } from '../../src/core/oracle/mistake/mistakes.ts';
import { failureLines, readCase, replayCase, showCase } from '../../src/oracle/index.ts';
import type { OperationReport, Smallest } from '../../src/oracle/report/records.ts';
import { right } from '../support/right.ts';
import { FLOAT64 } from './zoo.ts';

const problemOf = (json: unknown): string => {
  const read = readCase(json);
  return E.isLeft(read) ? read.left : '';
};
const POSITIONS = { op: 'pos_interp', dims: { D: 2 }, attrs: { from: [2, 2], to: [3, 3], prefix: 1, variant: 'facebook' } };

describe('a case that is read', () => {
  it.each(CASE_OPERATIONS)('is one of %s as it was drawn', (op) => {
    for (const name of op === 'forward' || op === 'loss_gradient' ? [op] : [op, `${op}.vjp`])
      for (const spec of casesOf(name, 12, 3)) expect(right(readCase(JSON.parse(JSON.stringify(spec))))).toEqual(spec);
  });

  it('has what it leaves out as simple as can be', () =>
    expect(right(readCase({ op: 'gelu', dims: { N: 3 } }))).toEqual({ op: 'gelu', dims: { N: 3 }, attrs: {}, family: 'normal', scale: 1, offset: 0, seed: 0 })); // biome-ignore format: one line

  it.each<readonly [unknown, RegExp]>([
    [undefined, /^a case is a record such as .*, got undefined$/],
    [[1, 2], /^a case is a record .*, got an array$/],
    [{}, /^there is no operation undefined to run; there are linear/],
    [{ op: 'gelo' }, /^there is no operation gelo to run/],
    [{ op: 'resize', dims: { H: 2, W: 2 }, attrs: { size: [1, 1] } }, /^there is no operation resize to run/],
    [{ op: 'gelu', dims: { N: 0 } }, /^dims\.N must be a whole number from 1 to 65536, got 0$/],
    [{ op: 'gelu', dims: { N: -3 } }, /^dims\.N must be a whole number from 1 to 65536, got -3$/],
    [{ op: 'gelu', dims: { N: 1e9 } }, /^dims\.N must be .*, got 1000000000$/],
    [{ op: 'gelu', dims: { N: 2.5 } }, /^dims\.N must be .*, got 2\.5$/],
    [{ op: 'gelu', dims: { N: '3' } }, /^dims\.N must be .*, got "3"$/],
    [{ op: 'gelu', dims: { '…': 3, N: 3 } }, /^dims\.… must be a list of at most 8 whole numbers/],
    [{ op: 'gelu', dims: { '…': [60000, 60000], N: 1 } }, /^its inputs would hold 3600000000 numbers, over the limit/],
    [{ op: 'gelu', dims: {} }, /^dims\.N is missing; gelu has the axes …, N$/],
    [{ op: 'gelu', dims: { N: 1, M: 2 } }, /^gelu has no axis M; its axes are …, N$/],
    [{ op: 'gelu', dims: [3] }, /^dims must be lengths by letter/],
    [{ op: 'gelu', dims: { N: 1 }, attrs: [] }, /^attrs must be a record/],
    [{ op: 'gelu', dims: { N: 1 }, attrs: { tau: 1 } }, /^gelu: unknown attribute tau/],
    [{ op: 'mhsa', dims: { B: 1, N: 1, d: 1 }, attrs: {} }, /^mhsa: attribute heads is missing/],
    [{ op: 'mhsa', dims: { B: 1, N: 1, d: 1 }, attrs: { heads: 1e9 } }, /^attrs\.heads is over the limit of 65536, got 1000000000$/],
    [{ ...POSITIONS, attrs: { ...POSITIONS.attrs, to: [1e9, 2] } }, /^attrs\.to is over the limit of 4096, got 1000000000$/],
    [{ op: 'gelu', dims: { N: 1 }, family: 'odd' }, /^family must be one of normal/],
    [{ op: 'gelu', dims: { N: 1 }, scale: '1' }, /^scale and offset must be numbers$/],
    [{ op: 'gelu', dims: { N: 1 }, seed: -1 }, /^seed must be a whole number, 0 or more, got -1$/],
    [{ op: 'linear', dims: { K: 1, N: 1 }, given: 'b' }, /^given must be a list of names/],
    [{ op: 'linear', dims: { K: 1, N: 1 }, given: ['c'] }, /^linear has no input c; its inputs are x, w, b$/],
    [{ op: 'gelu', dims: { N: 1 }, values: [1] }, /^values must be lists of numbers by input, got an array$/],
    [{ op: 'gelu', dims: { N: 1 }, vals: {} }, /^it has a field vals; known are op/],
  ])('%j is refused in one sentence', (json, message) => expect(problemOf(json)).toMatch(message));
});

describe('a case run again', () => {
  it('says of the reference that it passes, with its inputs', async () => {
    const report = await replayCase(referenceEngine, { op: 'gelu', dims: { N: 1 }, values: { x: [-2.5] } });
    expect(report).toMatchObject({ verdict: 'pass', compared: 1, cases: 1, matches: [], steps: [{ name: 'y' }] });
    expect(report.inputs.x.data[0]).toBe(-2.5);
  });

  it('names the mistake, and the step at which it is', async () => {
    const spec = casesOf('mhsa', 1, 1)[0];
    const report = await replayCase(referenceEngine, spec, mutantNamed('no-scale'));
    expect(report).toMatchObject({ verdict: 'fail', failure: 'value', divergence: 'attn_ctx', matches: ['no-scale'] });
    expect(report.steps.map(({ name }) => name)).toEqual(['qkv', 'attn_ctx', 'attn_out', 'y']);
  });

  it('follows a model step by step', async () => {
    const report = await replayCase(referenceEngine, casesOf('forward', 1, 1)[0], mutantNamed('tanh-gelu'));
    expect(report).toMatchObject({ verdict: 'fail', divergence: 'blocks.0.mlp_act', matches: ['tanh-gelu'] });
  });

  it('is put to a kernel, which may throw', async () => {
    const spec = { op: 'softmax', dims: { N: 2 }, values: { x: [0, 0] } };
    const half = () => ({ y: { shape: [2], data: [0.5, 0.5] } });
    const none = () => {
      throw new Error('no');
    };
    expect((await replayCase({ kernel: half, arithmetic: FLOAT64 }, spec)).verdict).toBe('pass');
    expect(await replayCase({ kernel: none, arithmetic: FLOAT64 }, spec)).toMatchObject({
      verdict: 'error',
      problem: 'it threw: no',
      case: { op: 'softmax' },
    });
    expect(await replayCase({ kernel: half, arithmetic: { ...FLOAT64, u: -1 } }, spec)).toMatchObject({ verdict: 'error', cases: 0 });
  });

  it.each<readonly [unknown, RegExp]>([
    [{ op: 'gelu' }, /dims\.N is missing/],
    [{ op: 'linear', dims: { '…': [60000], N: 60000, K: 1 } }, /^linear: \(60000, 60000\) holds 3600000000 numbers, more than/],
    [{ op: 'linear', dims: { '…': [30000], N: 30000, K: 1 } }, /^linear would make 900060000 numbers on its way, over the limit/],
    [{ op: 'mhsa', dims: { B: 1, N: 60000, d: 1 }, attrs: { heads: 1 } }, /^mhsa would make \d+ numbers on its way, over the limit/],
    [{ op: 'gelu', dims: { N: 2 }, values: { x: [1] } }, /^gelu: x holds 2 numbers, and values has 1 for it$/],
    [{ op: 'gelu.vjp', dims: { N: 2 }, values: { dy: [1] } }, /^gelu\.vjp: dy must have the shape of y, \(2\), got \(1\)$/],
  ])('%j is no case that can be run', async (json, message) => {
    const { verdict, cases, problem } = await replayCase(referenceEngine, json);
    expect([verdict, cases]).toEqual(['error', 0]);
    expect(problem).toMatch(message);
  });
});

describe('the text of a smallest case', () => {
  const spec = right(readCase({ op: 'gelu', dims: { N: 1 }, values: { x: [-2.5] } }));
  const worst = { output: 'y', index: [0], got: -0.01508429646492, want: -0.01552416331444034, bound: 3e-7, ratio: 1458 };
  const smallest: Smallest = { case: spec, failure: 'value', worst, tries: 9, finished: true };
  const report: OperationReport = { type: 'operation', op: 'gelu', cases: 8, seed: 1, compared: 9, vague: 0, judged: 1, unproved: 0, failed: 3, failure: 'value', verdict: 'fail', worst, case: spec, smallest, matches: [], engine: '', milliseconds: 1 }; // biome-ignore format: one line

  it('has its numbers, what came, what was wanted and how far it is, and how it is run again', () => {
    expect(failureLines(report, '--engine simd').slice(2)).toEqual([
      '  smallest: gelu x = [-2.5]: y[0] got -0.0150843, want -0.0155242, 1458 bounds',
      `  replay: deit replay '${JSON.stringify(spec)}' --engine simd`,
    ]);
    expect(failureLines(report).at(-1)).toBe(`  case ${JSON.stringify(spec)}`);
  });
  it('says what an engine said that gave up', () => {
    const gone = {
      ...report,
      verdict: 'error',
      problem: 'it threw: no',
      smallest: { ...smallest, failure: 'error', problem: 'it threw: no' },
    } as const;
    expect(failureLines(gone).slice(0, 2)).toEqual(['gelu: ERROR it threw: no', '  smallest: gelu x = [-2.5]: it threw: no']);
  });
  it('tells numbers apart that differ in their last digits', () => {
    const near = { ...smallest, worst: { ...worst, got: 0.30000001, want: 0.3 } };
    expect(failureLines({ ...report, smallest: near })[2]).toContain('got 0.30000001, want 0.3,');
  });
  it('is its sizes where the numbers are many or drawn', () => {
    expect(showCase({ ...spec, values: { x: Array(20).fill(1).with(0, 2) }, dims: { N: 20 } })).toBe(
      'gelu N = 20, ones, seed 0'.replace('ones', spec.family),
    );
    expect(showCase({ ...spec, values: { x: Array(20).fill(1) }, dims: { N: 20 } })).toBe('gelu x = 1 in all 20');
    expect(showCase(casesOf('layernorm', 3, 1)[2])).toBe('layernorm … = (3), D = 8, small-variance, seed 1002, eps = 1e-12'.replace('small-variance', casesOf('layernorm', 3, 1)[2].family)); // biome-ignore format: one line
  });
});
