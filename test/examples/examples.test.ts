import { describe, expect, it } from 'vitest';
import { read, typescriptFiles } from '../repository/syntax.ts';
import { examples } from './example.ts';
import { inOwnFolder } from './folder.ts';
import { runExample } from './run.ts';

const files = [...typescriptFiles('src'), ...typescriptFiles('properties')];
const all = files.flatMap((file) => examples(read(file)).map(({ line, code }) => [`${file}:${line}`, file, code] as const));

describe('every example in a doc comment gives what it states', () => {
  inOwnFolder();
  it('has examples to run', () => expect(all.length).toBeGreaterThan(20));
  it.each(all)('%s', async (_where, file, code) => runExample(file, code));
});

describe('the runner bites', () => {
  it.each([
    ['1 + 1 // 3', 'got: 2'],
    ['[1, 2] // [1]', 'got: [ 1, 2 ]'],
    ['({ a: 1, b: 2 }) // { a: 1 }', 'got: { a: 1, b: 2 }'],
    ['0 // -0', 'got: 0'],
    ['0.1 + 0.2 // 0.3', 'got: 0.30000000000000004'],
    ['0.123 // ≈ 0.13', 'got: 0.123'],
    ['[0.5, 0.123] // ≈ [0.5, 0.13]', 'got:'],
    ['E.right(1) // left(1)', 'got:'],
    ['[1, 2, 3] // [2, …]', 'got:'],
    ['({ a: 1, b: 2 }) // { a: … }', 'got:'],
    ['1 + 1', 'states no value'],
    ['1 + 1 // throws TypeError', 'nothing was thrown'],
    ['nobodyKnows(1) // 1', 'uses nobodyKnows'],
  ])('on %s', async (code, message) => {
    await expect(runExample('', code)).rejects.toThrow(message);
  });

  it.each([
    '1 + 1 // 2',
    'const a: number[] = [1];\na.concat([2]); // [1, 2]',
    'Float64Array.of(1, 2) // [1, 2]',
    '({ a: 1, b: { c: 2 } }) // { b: { … }, … }',
    '[1, 2, 3] // [1, …]',
    '({ a: 1 }) // { a: … }',
    'E.right({ a: 1, b: 2 }) // Right({ a: 1, … })',
    'Promise.resolve(3)\n// 3',
    '2 / 3 // ≈ 0.667',
    '[1 / 3, -2e-7] // ≈ [0.33, -2e-7]',
    'null.x // throws TypeError: Cannot read',
    "import { isRight } from 'fp-ts/lib/Either.js';\nisRight(E.left(1)) // false",
    'tensor([2, 2], [1, 2, 3, 4]).data[3] // 4',
    'const claim = 1;\nclaim // 1',
  ])('not on %s', async (code) => runExample('', code));
});
