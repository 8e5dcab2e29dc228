import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { run } from '../../src/cli/run.ts';
import { deitConfig } from '../../src/core/model/deit/config.ts';
import { seededParams } from '../../src/core/model/deit/init/seeded-params.ts';
import { namedParams } from '../../src/core/model/deit/params.ts';
import { saveWeights } from '../../src/io/checkpoint/weights-file.ts';
import { listening } from '../support/terminal.ts';

const folder = mkdtempSync(join(tmpdir(), 'deit-'));
afterAll(() => rmSync(folder, { recursive: true }));
const at = (name: string): string => join(folder, name);
const cat = fileURLToPath(new URL('../../data/chelsea.png', import.meta.url));
const deit = async (...words: readonly string[]) => {
  const terminal = listening();
  return { exit: await run(words, terminal), noted: terminal.noted.join('\n') };
};
const started = (...words: readonly string[]) =>
  spawn(process.execPath, [fileURLToPath(new URL('../support/deit.mjs', import.meta.url)), ...words]);

describe('files that are none', () => {
  const pipe = at('pipe');
  const made = spawnSync('mkfifo', [pipe]).status === 0;
  const model = ['--model', 'deit_tiny_patch16_224'];
  it
    .skipIf(!made)
    .each([
      [['convert', pipe, at('o'), '--to', 'timm']],
      [['forward', ...model, '--input', pipe, '--out', at('o')]],
      [['predict', cat, ...model, '--weights', pipe]],
      [['predict', cat, '--config', pipe]],
      [['predict', cat, ...model, '--labels', pipe]],
    ])(`%j: a pipe is refused at once and not waited for${made ? '' : ' (skipped: no mkfifo here)'}`, async (words) => {
    const { exit, noted } = await deit(...words);
    expect(exit).toBe(3);
    expect(noted).toMatch(/it is not an ordinary file/);
  });

  it.skipIf(!made)(`a report goes into a pipe line by line${made ? '' : ' (skipped: no mkfifo here)'}`, async () => {
    const reader = spawn('cat', [pipe]);
    let read = '';
    reader.stdout.on('data', (some) => (read += some));
    const { exit } = await deit('check', '--engine', 'reference', '--ops', 'gelu', '--cases', '1', '--json', pipe);
    await new Promise((resolve) => reader.on('close', resolve));
    expect(exit).toBe(0);
    expect(
      read
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line).type),
    ).toEqual(['run', 'operation', 'operation', 'summary', 'end']);
  });

  it.each([
    [['forward', ...model, '--input', cat, '--out', folder], '--out .* cannot be written: it is a folder; name a file'],
    [['convert', cat, folder, '--to', 'hf'], 'OUT .* cannot be written: it is a folder; name a file'],
    [
      ['convert', cat, at('o'), '--to', 'hf', '--image', '48x64x99'],
      '--image takes a height, or a height and a width as 224x384; got 48x64x99',
    ],
    [['forward', 'extra', ...model], "forward takes options only, got extra; see 'deit forward --help'"],
    [['predict', cat, ...model, '--labels', at('none')], 'there is no such file or folder; check the path'],
  ])('%j is refused before anything is computed', async (words, sentence) => {
    const { exit, noted } = await deit(...words);
    expect(noted).toMatch(new RegExp(sentence));
    expect(exit).toBe(3);
  });
});

describe('a command that ends early', () => {
  it('leaves nothing half written when it is interrupted', async () => {
    const config = { dim: 512, depth: 4, heads: 8, classes: 10 };
    writeFileSync(at('config.json'), JSON.stringify(config));
    await saveWeights(at('in.safetensors'), namedParams(seededParams(1, deitConfig(config))))();
    const words = ['convert', at('in.safetensors'), at('out.safetensors'), '--to', 'hf', '--dtype', 'F64', '--config', at('config.json')];
    const halfWritten = () => readdirSync(folder).filter((name) => name.endsWith('.tmp'));
    let interrupted = 0;
    for (let tries = 0; interrupted < 3 && tries < 12; tries++) {
      const child = started(...words);
      let code: number | string | null | undefined;
      child.on('exit', (exit, signal) => (code = exit ?? signal));
      // From the moment the file is made, again and again: an impatient user's second signal must not stop the cleaning either.
      while (code === undefined) {
        if (halfWritten().length > 0) child.kill('SIGTERM');
        await new Promise((resolve) => setImmediate(resolve));
      }
      // On a busy machine a command may be done before it is interrupted: 0, and the next try counts.
      expect({ code, left: halfWritten() }).toEqual({ code: code === 0 ? 0 : 'SIGTERM', left: [] });
      if (code === 'SIGTERM') interrupted++;
    }
    expect(interrupted).toBe(3);
  });

  it('keeps its exit code when nobody reads its remarks', async () => {
    const child = started('predict', cat, '--model', 'deit_tiny_patch16_224');
    child.stderr.destroy();
    child.stdout.resume();
    expect(await new Promise((resolve) => child.on('exit', resolve))).toBe(0);
  });
});
