import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { run } from '../../src/cli/run.ts';
import { CORPUS } from '../../src/oracle/index.ts';
import { listening } from '../support/terminal.ts';

const folder = mkdtempSync(join(tmpdir(), 'deit-'));
afterAll(() => rmSync(folder, { recursive: true }));
const file = (name: string, ...lines: readonly unknown[]): string => {
  const path = join(folder, name);
  writeFileSync(path, lines.map((line) => (typeof line === 'string' ? line : JSON.stringify(line))).join('\n'));
  return path;
};
const linesOf = (path: string): readonly Readonly<Record<string, unknown>>[] =>
  readFileSync(path, 'utf8').trimEnd().split('\n').map((line) => JSON.parse(line)); // biome-ignore format: one line

const deit = async (...words: readonly string[]) => {
  const terminal = listening();
  return { exit: await run(words, terminal), said: terminal.said.join('\n'), noted: terminal.noted.join('\n') };
};
const replay = (...words: readonly string[]) => deit('replay', ...words);

const CASE = { op: 'gelu', dims: { N: 1 }, values: { x: [-2.5] } };
const TEXT = JSON.stringify(CASE);

describe('deit replay', () => {
  it('runs a case again and says what comes of it, exit 0', async () => {
    const { exit, said } = await replay(TEXT);
    expect(exit).toBe(0);
    expect(said).toMatch(/engine reference: bounds proved for float64/);
    expect(said).toMatch(/^gelu x = \[-2.5\]\n {2}pass: y\[0\] got -0\.0155241\d*, want -0\.0155241\d*, 0 bounds; numbers: 1 compared$/m);
    expect(said).toMatch(/1 of 1 cases pass; exit 0$/);
  });

  it('shows a planted mistake by its name, its place and its numbers, exit 1, on every engine', async () => {
    for (const engine of [['simd', '--dtype', 'F32'], ['simd', '--dtype', 'F64'], ['gpu'], ['reference']]) {
      const { exit, said } = await replay(TEXT, '--engine', ...engine, '--plant', 'tanh-gelu');
      expect(exit).toBe(1);
      expect(said).toMatch(/^gelu: FAIL, matches tanh-gelu \(GELU in its tanh form\)$/m);
      expect(said).toMatch(/worst y\[0\]: got -0\.01508\d+, want -0\.015524\d+/);
    }
  });

  it('writes out inputs that are few, and the steps on the way', async () => {
    const { exit, said } = await replay('{"op":"mhsa","dims":{"B":1,"N":2,"d":1},"attrs":{"heads":2}}', '--plant', 'no-scale');
    expect(said).toMatch(/^ {2}x = \[\[\[-?[\d.]+, -?[\d.]+\], \[-?[\d.]+, -?[\d.]+\]\]\]$/m);
    expect(said).toMatch(/^ {2}steps, err\/bound: qkv 0, attn_ctx 0/m);
    // One channel a head: the scale is 1, and nothing is wrong.
    expect(exit).toBe(0);
    const wider = await replay('{"op":"mhsa","dims":{"B":1,"N":2,"d":2},"attrs":{"heads":2}}', '--plant', 'no-scale');
    expect([wider.exit, wider.said]).toEqual([1, expect.stringMatching(/first divergence attn_ctx, matches no-scale/)]);
  });

  it('takes the cases of a report, as it is written by check and by itself', async () => {
    const report = join(folder, 'report.jsonl');
    await deit('check', '--engine', 'simd', '--dtype', 'F32', '--ops', 'gelu', '--cases', '2', '--plant', 'tanh-gelu', '--json', report);
    const all = await replay(report, '--engine', 'simd', '--plant', 'tanh-gelu', '--json', join(folder, 'again.jsonl'));
    expect([all.exit, all.said]).toEqual([1, expect.stringMatching(/0 of 2 cases pass; exit 1$/)]);
    const written = linesOf(join(folder, 'again.jsonl'));
    expect(written.map(({ type }) => type)).toEqual(['operation', 'operation', 'end']);
    expect(written[0]).toMatchObject({ op: 'gelu', verdict: 'fail', matches: ['tanh-gelu'] });
    expect(written.at(-1)).toEqual({ type: 'end', exit: 1 });
    const again = await replay(join(folder, 'again.jsonl:2'), '--engine', 'simd');
    expect([again.exit, again.said]).toEqual([0, expect.stringMatching(/1 of 1 cases pass/)]);
  });

  it('takes files of one case, of a list, and of one a line, and the smallest that a report tells of', async () => {
    const other = { op: 'softmax', dims: { N: 2 } };
    const report = { type: 'operation', op: 'gelu', case: other, smallest: { case: CASE } };
    for (const [path, count] of [
      [file('one.json', CASE), 1],
      [file('list.json', [CASE, other]), 2],
      [file('lines.jsonl', CASE, '', other), 2],
      [file('report.json', report), 1],
    ] as const)
      expect((await replay(path)).said, path).toMatch(new RegExp(`${count} of ${count} cases pass`));
    expect((await replay(file('report.json', report))).said).toMatch(/^gelu x = \[-2.5\]/m);
    expect((await replay(`${file('lines.jsonl', CASE, '', other)}:3`)).said).toMatch(/^softmax N = 2/m);
  });

  it('takes the corpus, which our engines pass', async () => {
    const { exit, said } = await replay('corpus', '--engine', 'simd', '--dtype', 'F32');
    expect([exit, said]).toEqual([0, expect.stringMatching(new RegExp(`${CORPUS.length} of ${CORPUS.length} cases pass; exit 0$`))]);
  });

  it('has nothing to say where nothing has a bound, exit 3', async () => {
    const { exit, said } = await replay('{"op":"gelu","dims":{"N":1},"values":{"x":["NaN"]}}');
    expect([exit, said]).toEqual([
      3,
      expect.stringMatching(/cannot tell: nothing could be judged; numbers: 0 compared, 1 without a bound/),
    ]);
  });

  it.each([
    [[], /replay needs a case: JSON as a report has it/],
    [
      [TEXT, '--', 'python', 'mine.py'],
      /takes one case and runs it on an engine of ours; it cannot ask another program yet, got python mine\.py/,
    ],
    [['{"op":"gelu"'], /CASE is not JSON/],
    [['{"op":"gelo"}'], /CASE: there is no operation gelo to run/],
    [['{"op":"gelu","dims":{"N":1000000000}}'], /CASE: dims\.N must be a whole number from 1 to 65536, got 1000000000/],
    [['{"op":"gelu","dims":{"N":-1}}'], /CASE: dims\.N must be .* got -1/],
    [['{"op":"gelu","dims":{"N":2},"values":{"x":[1]}}'], /CASE: gelu: x holds 2 numbers, and values has 1 for it/],
    [['[]'], /CASE holds no case/],
    [['package.json'], /package\.json holds no case/],
    [['data/chelsea.png'], /data\/chelsea\.png holds no cases: line 1 is not JSON/],
    [['none.json'], /there is no such file/],
    [['package.json:9999'], /package\.json has \d+ lines and no line 9999/],
    [[TEXT, '--plant', 'nothing'], /there is no known mistake nothing; there are tanh-gelu/],
    [[TEXT, '--engine', 'abacus'], /there is no engine 'abacus'/],
    [[TEXT, '--engine', 'simd,gpu'], /one engine is needed here/],
    [[TEXT, '--engine', 'gpu', '--mode', 'nope'], /there is no mode 'nope'/],
    [[TEXT, '--json', '.'], /it is a folder; name a file/],
    [['package.json', '--json', 'package.json'], /would overwrite a file that is read/],
  ])('%j gets one plain sentence and exit 3', async (words, message) => {
    const { exit, noted } = await replay(...words);
    expect([exit, noted.split('\n').length]).toEqual([3, 1]);
    expect(noted).toMatch(message);
  });
});
