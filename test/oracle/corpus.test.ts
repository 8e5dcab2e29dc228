import { describe, expect, it } from 'vitest';
import { referenceEngine } from '../../src/core/engine/reference-engine.ts';
import { tensorEngine } from '../../src/core/engine/tensor-engine.ts';
import { mutantNamed } from '../../src/core/oracle/mistake/mistakes.ts';
import { readCase } from '../../src/core/oracle/replay/read-case.ts';
import { CORPUS, corpusOf, FLOAT64, type Kernel, replayCase } from '../../src/oracle/index.ts';
import { right } from '../support/right.ts';
import { FLOAT32, ZOO } from './zoo.ts';

const f = Math.fround;
const total = (row: readonly number[]): number => row.reduce((sum, x) => sum + x, 0);
/** A kernel that makes a row of each row of `x`, storing float32 on the way where `store` rounds. */
const rows =
  (input: string, of: (row: readonly number[]) => readonly number[]): Kernel =>
  (inputs) => {
    const { shape, data } = inputs[input];
    const n = shape.at(-1) ?? 1;
    const out = Array.from({ length: data.length / n }, (_, i) => of(Array.from(data.slice(i * n, (i + 1) * n)))).flat();
    return { y: { shape, data: out } };
  };
const softmax = (row: readonly number[], exp: (t: number) => number): readonly number[] => {
  const exps = row.map((x) => exp(x - Math.max(...row)));
  return exps.map((e) => e / total(exps));
};

/** Mistakes that are no change of a program, as people write them. */
const WRITTEN: Readonly<Record<string, Kernel>> = {
  'tanh-by-exponentials': rows('x', (row) =>
    row.map((x) => {
      const e = f(Math.exp(f(2 * 0.7978845608 * (x + 0.044715 * x * x * x))));
      return 0.5 * x * (1 + (e - 1) / (e + 1));
    }),
  ),
  'no-maximum': rows('x', (row) => {
    const exps = row.map((x) => f(Math.exp(x)));
    return exps.map((e) => e / total(exps));
  }),
  'exponential-cut-at-20': rows('x', (row) => softmax(row, (t) => (t < -20 ? 0 : Math.exp(t)))),
  'scores-clamped-at-50': rows('x', (row) => softmax(row.map((x) => Math.min(50, Math.max(-50, x))), Math.exp)), // biome-ignore format: one line
  'log-of-softmax': rows('x', (row) => softmax(row, Math.exp).map(Math.log)),
  'one-pass-variance': rows('x', (row) => {
    const [mean, square] = [f(total(row) / row.length), f(total(row.map((x) => f(x * x))) / row.length)];
    return row.map((x) => (x - mean) / Math.sqrt(f(square - f(mean * mean)) + 1e-6));
  }),
  'no-row-sum': ({ x, dy }) => {
    const p = softmax(Array.from(x.data), Math.exp);
    return { dx: { shape: x.shape, data: p.map((each, i) => each * dy.data[i]) } };
  },
  'probability-clamped': ({ z }) => ({ y: { shape: [], data: [-Math.log(Math.max(1e-7, softmax(Array.from(z.data), Math.exp)[0]))] } }),
};

const all = CORPUS.flatMap(({ spec, kills }, i) => kills.map((name) => [`${i} ${spec.op}`, name, spec] as const));
const single = tensorEngine({ name: 'pairwise', arithmetic: FLOAT32, ops: ZOO.pairwise, describe: 'pairwise' });

describe('the corpus', () => {
  it.each(all)('%s kills %s', async (_, name, spec) => {
    const mutant = mutantNamed(name);
    const found =
      mutant === undefined
        ? [await replayCase({ kernel: WRITTEN[name], arithmetic: FLOAT32 }, spec)]
        : [await replayCase(referenceEngine, spec, mutant), await replayCase(single, spec, mutant)];
    for (const { verdict, matches } of found) {
      expect(verdict).toBe('fail');
      if (matches.length > 0 && mutant !== undefined) expect(matches).toContain(name);
    }
  });

  it.each(CORPUS.map(({ spec, says }) => [`${spec.op}: ${says}`, spec] as const))(
    '%s: the reference and honest float32 pass',
    async (_, spec) => {
      expect(right(readCase(JSON.parse(JSON.stringify(spec))))).toEqual(spec);
      expect((await replayCase(referenceEngine, spec)).verdict).toBe('pass');
      for (const [name, ops] of Object.entries(ZOO)) {
        const engine = tensorEngine({ name, arithmetic: FLOAT32, ops, describe: name });
        const { verdict, worst } = await replayCase(engine, spec);
        expect([name, verdict, worst?.ratio]).toEqual([name, 'pass', worst?.ratio]);
      }
    },
  );

  it('says of each case what it shows, and names no mistake that there is not', () => {
    const killed = new Set(CORPUS.flatMap(({ kills }) => kills));
    expect([...killed].filter((name) => mutantNamed(name) === undefined).sort()).toEqual(Object.keys(WRITTEN).sort());
    expect(CORPUS.filter(({ says }) => says.length < 10)).toEqual([]);
    expect(corpusOf('softmax')).toHaveLength(3);
    expect(corpusOf('resize')).toEqual([]);
  });

  it('shows a kernel of float64 that takes no maximum off as no number', async () => {
    const exps: Kernel = rows('x', (row) => row.map((x) => Math.exp(x) / total(row.map(Math.exp))));
    const [{ spec }] = corpusOf('softmax');
    expect(await replayCase({ kernel: exps, arithmetic: FLOAT64 }, spec)).toMatchObject({ verdict: 'fail', failure: 'nan' });
  });
});
