import { dirname } from 'node:path';
import { describe, expect, it } from 'vitest';
import { circles, exportsOf, graphOf, namesIn, reachable } from './graph.ts';
import { ENTRIES, published } from './published.ts';
import { filesBelow, read, typescriptFiles } from './syntax.ts';

const files = [...typescriptFiles('src'), ...typescriptFiles('properties')].filter((file) => !/\.d\.ts$|\/generated\//.test(file));
const texts = new Map(files.map((file) => [file, read(file)]));
const graph = graphOf(texts);
const areas = ['src/core', 'src/gpu', 'src/simd', 'src/io', 'src/precise', 'src/oracle', 'src/cli', 'properties'];

it('there are files to judge in every area', () => {
  for (const area of areas) expect(files.filter((file) => file.startsWith(`${area}/`)).length).toBeGreaterThan(5);
});

describe('no import goes in a circle, types included', () => {
  it('from file to file', () => expect(circles(graph)).toEqual([]));
  it('and one would be seen', () => {
    const [a, b, c] = ['x/a.ts', 'x/b.ts', 'c.ts'];
    const of = new Map([[a, "import type { B } from './b.ts'"], [b, "export { c } from '../c.ts'"], [c, "const a = await import('./x/a.ts')"], ['d.ts', "import './c.ts'"]]); // biome-ignore format: one line
    expect(circles(graphOf(of))).toEqual([[c, a, b].sort()]);
  });
});

describe('nothing is there for its test alone', () => {
  /** Where everything starts: what users import and run, and what the WebAssembly kernels are compiled from. */
  const starts = [...Object.values(ENTRIES), 'src/io/browser.ts', 'src/cli/main.ts', 'src/simd/kernels/f32.ts', 'src/simd/kernels/f64.ts'];
  /** Read by the compiler of the kernels in another's place. */
  const substitutes = ['src/simd/kernels/math/ldexp64.ts'];
  it('every file is part of something that users import or run', () => {
    const used = reachable(graph, starts);
    expect(starts.filter((file) => !texts.has(file))).toEqual([]);
    expect(files.filter((file) => !used.has(file) && !substitutes.includes(file))).toEqual([]);
  });
  it('every exported name is used by another file, by its own, by the benchmark or by users', () => {
    const bench = ['bench/child', 'bench/work'].flatMap((folder) => filesBelow(folder, '.mjs'));
    const counts = new Map([...files, ...bench].map((file) => [file, namesIn(read(file))]));
    const users = new Set(Object.values(ENTRIES).flatMap((entry) => published(entry).map(({ name }) => name)));
    const isUsed = (file: string, name: string): boolean =>
      users.has(name) || [...counts].some(([other, names]) => (names.get(name) ?? 0) > (other === file ? 1 : 0));
    const all = files.flatMap((file) => exportsOf(texts.get(file) as string).map((name) => [file, name] as const));
    expect(all.length).toBeGreaterThan(500);
    const compiled = (file: string): boolean => file.startsWith('src/simd/kernels/');
    expect(all.filter(([file, name]) => !compiled(file) && !isUsed(file, name)).map(([file, name]) => `${file}: ${name}`)).toEqual([]);
  });
});

describe('no folder holds more than a dozen files and a bit', () => {
  const MOST = 15;
  it('at its root', () => {
    const all = [...typescriptFiles('src'), ...typescriptFiles('properties')].map((file) => dirname(file));
    expect([...new Set(all)].filter((folder) => all.filter((other) => other === folder).length > MOST)).toEqual([]);
  });
});
