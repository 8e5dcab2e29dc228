import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { complaints, FOLDER, OWN_COMPILER, PROGRAMS, RESOLUTIONS, STRICTNESS } from './compile.mjs';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const MARK = /^\s*\/\/ @ts-expect-error\b/;
const [NODENEXT] = RESOLUTIONS;
let folder = '';
let paths = {};

beforeAll(() => {
  mkdirSync(join(ROOT, 'build'), { recursive: true });
  folder = mkdtempSync(join(ROOT, 'build', 'types-'));
  const build = ['-p', 'tsconfig.build.json', '--emitDeclarationOnly', '--outDir', join(folder, 'dist')];
  execFileSync(process.execPath, [OWN_COMPILER, ...build], { cwd: ROOT, stdio: 'inherit' });
  for (const program of PROGRAMS) cpSync(join(FOLDER, program), join(folder, program));
  const { exports } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as {
    readonly exports: Readonly<Record<string, { readonly types?: string }>>;
  };
  paths = Object.fromEntries(
    Object.entries(exports).flatMap(([name, { types }]) =>
      types === undefined ? [] : [[name.replace('.', 'deit-oracle'), [join(folder, types)]]],
    ),
  );
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('the declarations of the package', () => {
  it.each(STRICTNESS)('let right programs through and stop wrong ones: %o', (options) => {
    expect(complaints(OWN_COMPILER, folder, PROGRAMS, { ...NODENEXT, ...options, paths })).toBe('');
  });

  it('are complained of at each line that is marked as wrong, and at no other', () => {
    const lines = readFileSync(join(FOLDER, 'wrong.ts'), 'utf8').split('\n');
    const wrong = lines.flatMap((line, i) => (MARK.test(line) ? [i + 2] : []));
    writeFileSync(join(folder, 'unmarked.ts'), lines.map((line) => (MARK.test(line) ? '' : line)).join('\n'));
    const said = complaints(OWN_COMPILER, folder, ['unmarked.ts'], { ...NODENEXT, paths });
    const complained = [...said.matchAll(/^unmarked\.ts\((\d+),/gm)].map(([, line]) => Number(line));
    expect(wrong.length).toBeGreaterThan(50);
    expect([...new Set(complained)].sort((a, b) => a - b)).toEqual(wrong);
  });
});
