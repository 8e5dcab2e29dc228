import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as E from 'fp-ts/lib/Either.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { afterAll, describe, expect, it } from 'vitest';
import { run } from '../../src/cli/run.ts';
import { type Arithmetic, FLOAT32, FLOAT64 } from '../../src/core/engine/arithmetic.ts';
import { type Engine, engineError, inferNames, type Plan, type Tensors } from '../../src/core/engine/engine.ts';
import { referenceEngine } from '../../src/core/engine/reference-engine.ts';
import { tensorEngine } from '../../src/core/engine/tensor-engine.ts';
import { reference } from '../../src/core/interpret/reference.ts';
import { drawCase } from '../../src/core/oracle/case/draw-case.ts';
import { mapRecord } from '../../src/core/params/map-record.ts';
import { adopt, type Tensor } from '../../src/core/tensor/tensor.ts';
import { checkOperation } from '../../src/oracle/check/check.ts';
import { checkForward } from '../../src/oracle/check/check-forward.ts';
import { checkKernel } from '../../src/oracle/check/check-kernel.ts';
import type { ForwardReport } from '../../src/oracle/report/records.ts';
import { jsonLine } from '../../src/oracle/report/text.ts';
import { listening } from '../support/terminal.ts';
import { oneSum } from './zoo.ts';

const folder = mkdtempSync(join(tmpdir(), 'deit-'));
afterAll(() => rmSync(folder, { recursive: true }));

interface Fields {
  readonly always: readonly string[];
  readonly sometimes: readonly string[];
}

/** The tables of the section, by the name in their heading. */
const documented = (): ReadonlyMap<string, Fields> => {
  const text = readFileSync(new URL('../../docs/oracle.md', import.meta.url), 'utf8');
  const section = text.slice(text.indexOf('## The JSON report'), text.indexOf('## Operations'));
  return new Map(
    section
      .split('\n### `')
      .slice(1)
      .map((part): [string, Fields] => {
        const names = [...part.matchAll(/^\| `(\w+)(\??)` \| \S/gm)].map(([, name, mark]) => ({ name, mark }));
        const of = (wanted: string): readonly string[] => names.filter(({ mark }) => mark === wanted).map(({ name }) => name);
        return [part.slice(0, part.indexOf('`')), { always: of(''), sometimes: of('?') }];
      }),
  );
};

type Line = Readonly<Record<string, unknown>>;
/** A record and those inside it that have a table of their own, each with the table's name. */
const withParts = (table: string, line: Line): readonly (readonly [string, Line])[] => {
  const parts = Object.entries(line).flatMap(([name, value]) => {
    if (name === 'steps') return (value as readonly Line[]).flatMap((step) => withParts('step', step));
    return ['worst', 'case', 'arithmetic', 'smallest'].includes(name) ? withParts(name, value as Line) : [];
  });
  return [[table, line], ...parts];
};

const written = async (...words: readonly string[]): Promise<readonly Line[]> => {
  const json = join(folder, 'report.jsonl');
  await run(['check', ...words, '--json', json], listening());
  return readFileSync(json, 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
};

const firstNaN = ({ shape, data }: Tensor): Tensor => adopt(shape, data.slice().fill(Number.NaN, 0, 1));

/** What `check` would write of engines that give up, forget an output, or give what is no number. */
const givenUp = async (): Promise<readonly Line[]> => {
  const attrs = { dim: 6, depth: 1, heads: 2, patch: 2, image: [2, 4], classes: 3 };
  const drawn = drawCase({ op: 'forward', dims: { B: 1 }, attrs, family: 'normal', scale: 1, offset: 0, seed: 1 });
  const small = { model: 'small', image: 'noise', attrs, given: E.getOrElse(() => ({}))(drawn) };
  const broken: Engine = { ...referenceEngine, compile: () => async () => E.left(engineError('compile', 'no such kernel')) };
  const forgetful: Engine = {
    ...referenceEngine,
    compile: inferNames((program, shapes) =>
      referenceEngine.compile((o, inputs) => {
        const { logits_eval: _forgotten, ...rest } = program(o, inputs);
        return rest;
      }, shapes),
    ),
  };
  // It gives what is no number, and where its arithmetic proves nothing nobody can say that it is wrong.
  const vague: Engine = {
    ...referenceEngine,
    arithmetic: { ...referenceEngine.arithmetic, elementary: () => Number.POSITIVE_INFINITY },
    compile: inferNames((program, shapes, options) =>
      TE.map((plan: Plan) => ({
        ...plan,
        run: (inputs: Tensors) => TE.map((outputs: Tensors) => mapRecord(firstNaN, outputs))(plan.run(inputs)),
      }))(referenceEngine.compile(program, shapes, options)),
    ),
  };
  const arithmetic: Arithmetic = { ...FLOAT32, algorithms: ['one-pass-variance'] };
  const onePass = tensorEngine({ name: 'one pass', arithmetic, ops: oneSum, describe: 'float32' });
  let call = 0;
  const forward = ({ steps, ...rest }: ForwardReport): Line => ({
    ...rest,
    steps: steps.map(({ name, comparison }) => ({ name, ...comparison })),
  });
  const reports = [
    await checkOperation({ engine: broken, cases: 1, seed: 1, shrink: 1000 }, 'gelu'),
    await checkOperation({ engine: vague, cases: 1, seed: 1 }, 'gelu'),
    await checkKernel('gelu', ({ x }) => ({ y: { ...x, data: Float32Array.from(reference.gelu(x).data) } }), {
      arithmetic: FLOAT64,
      cases: 2,
    }),
    await checkKernel(
      'linear',
      ({ x, w, b }) => ({ y: reference.scale(x.data.length > 30 ? 1 + 2 ** -23 : 1, reference.linear(x, w, b)) }),
      {
        arithmetic: FLOAT32,
      },
    ),
    await checkKernel('gelu', ({ x }) => ({ y: reference.scale(x.data.length > 20_000 ? 2 : 1, reference.gelu(x)) }), {
      arithmetic: FLOAT32,
    }),
    await checkOperation({ engine: onePass, cases: 16, seed: 1 }, 'layernorm'),
    await checkKernel('softmax', ({ x }) => ({ y: reference.scale(1 + call++ * 2 ** -32, reference.softmax(x)) }), { arithmetic: FLOAT32 }),
    ...[broken, forgetful, vague].map(async (engine) => forward(await checkForward({ engine, cases: 1, seed: 1 }, small))),
  ];
  return (await Promise.all(reports)).map((report) => JSON.parse(jsonLine({ ...report })));
};

describe('the JSON report', () => {
  it('has exactly the fields that docs/oracle.md says', async () => {
    const simd = ['--engine', 'simd,gpu', '--dtype', 'F32', '--mode', 'webgl2', '--threads', '1', '--cases', '1'];
    const lines = [...(await written(...simd, '--ops', 'linear,mlp,forward', '--plant', 'tanh-gelu')), ...(await givenUp())];
    const records = lines.flatMap((line) => withParts(String(line.type), line));
    const tables = documented();
    expect([...new Set(records.map(([table]) => table))].sort()).toEqual([...tables.keys()].sort());
    for (const [name, { always, sometimes }] of tables) {
      const seen = records.filter(([table]) => table === name).map(([, line]) => Object.keys(line));
      for (const fields of seen) {
        expect(fields, name).toEqual(expect.arrayContaining([...always]));
        expect([...always, ...sometimes], name).toEqual(expect.arrayContaining(fields));
      }
      expect([...new Set(seen.flat())].sort(), name).toEqual([...always, ...sometimes].sort());
    }
  });
});
