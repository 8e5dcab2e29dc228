import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { run } from '../../src/cli/run.ts';
import { listening } from '../support/terminal.ts';

const folder = mkdtempSync(join(tmpdir(), 'deit-'));
afterAll(() => rmSync(folder, { recursive: true }));

const deit = async (...words: readonly string[]) => {
  const terminal = listening();
  return { exit: await run(words, terminal), said: terminal.said.join('\n'), noted: terminal.noted.join('\n') };
};

describe('deit check', () => {
  it('passes webasm, says what it compared with what, and leaves a report that ends', async () => {
    const json = join(folder, 'report.jsonl');
    const { exit, said } = await deit('check', '--engine', 'gpu', '--ops', 'gelu,layernorm', '--cases', '4', '--json', json);
    expect(exit).toBe(0);
    expect(said).toMatch(/engine gpu \(webasm\) in F32: bounds proved for float32: unit roundoff u = 2\^-24/);
    for (const op of ['gelu', 'gelu.vjp', 'layernorm', 'layernorm.vjp']) expect(said).toMatch(new RegExp(`^${op} +4 +[\\d,]+ +pass`, 'm'));
    expect(said).toMatch(/pass: 4 checks of 4 pass; [\d,]+ numbers compared, each with its own proved bound; \d+ s; exit 0/);
    const lines = readFileSync(json, 'utf8')
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(lines.map(({ type }) => type)).toEqual(['run', 'operation', 'operation', 'operation', 'operation', 'summary', 'end']);
    expect(lines[1]).toMatchObject({ op: 'gelu', verdict: 'pass', matches: [], cases: 4 });
    expect(lines.at(-1)).toEqual({ type: 'end', exit: 0 });
  });

  it('draws a seed that nobody knows before, and with which everything is the same again', async () => {
    const json = join(folder, 'secret.jsonl');
    const judged = async (seed: string) => {
      const { said } = await deit('check', '--engine', 'reference', '--ops', 'gelu', '--cases', '2', '--seed', seed, '--json', json);
      const lines = readFileSync(json, 'utf8').trimEnd().split('\n').map((line) => JSON.parse(line)); // biome-ignore format: one line
      return { said, run: lines[0], operation: { ...lines[1], milliseconds: 0 } };
    };
    const first = await judged('random');
    const [, seed = ''] = /^drawn from --seed (\d+), which nobody knew before$/m.exec(first.said) ?? [];
    expect([first.run.seed, first.operation.seed]).toEqual(['random', Number(seed)]);
    expect((await judged(seed)).operation).toEqual(first.operation);
  });

  it('ends the report of an engine that has no back end here, exit 3', async () => {
    const json = join(folder, 'none.jsonl');
    const { exit, noted } = await deit('check', '--engine', 'gpu', '--mode', 'webgl2', '--ops', 'gelu', '--json', json);
    expect(exit).toBe(3);
    expect(noted).toMatch(/engine gpu in F32 is not judged: webgl2: /);
    expect(JSON.parse(readFileSync(json, 'utf8').trimEnd().split('\n').at(-1) ?? '')).toEqual({ type: 'end', exit: 3 });
  });

  it.each([
    ['simd,gpu', 1],
    ['gpu,simd', 1],
  ])('%s: an engine that cannot be made hides no failure of another', async (engines, grave) => {
    const json = join(folder, 'half.jsonl');
    const words = ['--dtype', 'F32', '--mode', 'webgl2', '--ops', 'gelu', '--cases', '2', '--plant', 'tanh-gelu', '--json', json];
    const { exit, said, noted } = await deit('check', '--engine', engines, ...words);
    expect(exit).toBe(grave);
    expect(said).toMatch(/^gelu: FAIL, matches tanh-gelu/m);
    expect(noted).toMatch(/engine gpu in F32 is not judged/);
    expect(readFileSync(json, 'utf8')).toMatch(/"type":"unusable","engine":"gpu","dtype":"F32"/);
  });

  it('colours verdicts and numbers beyond their bound, and nothing else', async () => {
    const terminal = { ...listening(), style: (style: unknown, text: string) => `<${style}>${text}</>` };
    await run(['check', '--engine', 'simd', '--dtype', 'F32', '--ops', 'gelu,softmax', '--cases', '5', '--plant', 'tanh-gelu'], terminal);
    const said = terminal.said.join('\n');
    expect(said).toMatch(/^softmax .*<green>pass<\/>/m);
    expect(said).toMatch(/^gelu .*<red>FAIL<\/>/m);
    expect(said).toMatch(/^gelu: <red>FAIL<\/>, matches/m);
    expect(said).toMatch(/^<red>FAIL<\/>: 2 checks of 4 pass;/m);
    expect(said.match(/<green>/g)).toHaveLength(2);
  });

  it('keeps its exit code and its report when the reader of its lines leaves', async () => {
    const json = join(folder, 'left.jsonl');
    const words = ['check', '--engine', 'simd', '--dtype', 'F32', '--ops', 'gelu', '--cases', '1', '--plant', 'tanh-gelu', '--json', json];
    const child = spawn(process.execPath, [fileURLToPath(new URL('../support/deit.mjs', import.meta.url)), ...words]);
    child.stdout.destroy();
    expect(await new Promise((resolve) => child.on('exit', resolve))).toBe(1);
    expect(JSON.parse(readFileSync(json, 'utf8').trimEnd().split('\n').at(-1) ?? '')).toEqual({ type: 'end', exit: 1 });
  });

  it('shows a planted mistake by operation and place, exit 1', async () => {
    const json = join(folder, 'planted.jsonl');
    const { exit, said } = await deit(
      'check',
      '--engine',
      'gpu',
      '--ops',
      'gelu,mlp',
      '--cases',
      '3',
      '--plant',
      'tanh-gelu',
      '--json',
      json,
    );
    expect(exit).toBe(1);
    expect(said).toMatch(/planted: tanh-gelu/);
    expect(said).toMatch(/^gelu: FAIL, matches tanh-gelu \(GELU in its tanh form\)/m);
    expect(said).toMatch(/^mlp: FAIL, first divergence mlp_act, matches tanh-gelu/m);
    expect(said).toMatch(/numbers beyond their bound, worst y\[[\d, ]+\]: got .*, want .*, error .*, bound .*, ratio/);
    expect(said).toMatch(/FAIL: 0 checks of 4 pass; .*exit 1$/);
    expect(readFileSync(json, 'utf8')).toMatch(/"matches":\["tanh-gelu"\]/);
  });

  it('judges every engine in every type of number it has, and exits with the gravest code', async () => {
    const json = join(folder, 'engines.jsonl');
    const { exit, said } = await deit('check', '--ops', 'softmax', '--cases', '2', '--threads', '1', '--json', json);
    expect(exit).toBe(0);
    for (const head of [
      /engine simd in F32: bounds proved for float32/,
      /engine simd in F64: bounds proved for float64/,
      /engine gpu \(webasm\) in F32/,
    ])
      expect(said).toMatch(head);
    expect(said).toMatch(/3 engines judged; exit 0$/);
    expect(readFileSync(json, 'utf8').match(/"type":"end"/g)).toEqual(['"type":"end"']);
    expect((await deit('check', '--engine', 'gpu', '--dtype', 'F64')).noted).toContain('gpu cannot compute in F64');
    expect((await deit('check', '--ops', 'kl', '--cases', '1', '--dtype', 'F64')).said).toMatch(/float64/);
  });

  it('the reference is within its own bounds', async () => {
    const { exit, said } = await deit('check', '--engine', 'reference', '--ops', 'softmax,kl', '--cases', '2');
    expect(exit).toBe(0);
    expect(said).toMatch(/bounds proved for float64: unit roundoff u = 2\^-53/);
  });

  it.each([
    [['--ops', 'dance'], /there is no operation dance to check; there are linear, linear.vjp/],
    [['--cases', 'many'], /--cases must be a whole number from 1 to 1000000, got many/],
    [['--seed', '-1'], /--seed must be a whole number from 0 to 4294966 or random, got -1/],
    [['--mode', 'nope'], /there is no mode 'nope'; there are cpu, webasm, webgl2 and webgpu/],
    [['--ops', ','], /--ops names no operation/],
    [['--plant', 'nothing'], /there is no known mistake nothing; there are tanh-gelu/],
    [['--engine', 'abacus'], /there is no engine 'abacus'/],
    [['--model', 'resnet50'], /there is no model 'resnet50'/],
    [['--image', 'none.png'], /there is no photograph none.png/],
    [['gelu'], /check takes options only, got gelu/],
    [['--ops', 'gelu', '--ops', 'softmax'], /--ops is given twice; give it once/],
    [['--seed', ''], /--seed must be a whole number from 0 to 4294966 or random, got $/],
    [['--cases', '0x10'], /--cases must be a whole number from 1 to 1000000, got 0x10/],
    [['--json', 'data/chelsea.png'], /would overwrite a file that is read/],
    [['--json', '.'], /it is a folder; name a file/],
    [['--ops', 'gelu', '--json', '/no/such/folder/x'], /cannot be written/],
  ])('%j gets one plain sentence and exit 3', async (words, message) => {
    const { exit, noted } = await deit('check', ...words);
    expect([exit, noted.split('\n').length]).toEqual([3, 1]);
    expect(noted).toMatch(message);
  });
});
