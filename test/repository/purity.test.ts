import { describe, expect, it } from 'vitest';
import { impurities } from './purity.ts';
import { read, typescriptFiles } from './syntax.ts';

const files = typescriptFiles('src/core');

describe('src/core is pure', () => {
  it('has files to judge', () => expect(files.length).toBeGreaterThan(20));
  it.each(files)('%s', (file) => expect(impurities(read(file))).toEqual([]));
});

describe('the rule bites', () => {
  it.each([
    'Math.exp(1)',
    'Math?.tanh(1)',
    "Math['exp'](1)",
    'Math.random()',
    'const { log } = Math',
    'const m = Math',
    'export const f = (m = Math) => m.sin(1)',
    'globalThis.Math.exp(1)',
    'f(x ** 2)',
    'const g = (x: number) => { let y = x; y **= 2; return y; }',
    'a.localeCompare(b)',
    'new Date()',
    'Date.now()',
    'performance.now()',
    'process.env.HOME',
    'const o = { Date }',
    'console.log(1)',
    'fetch("x")',
    'new Function("return 1")',
    'crypto.getRandomValues(x)',
    'let counter = 0',
    'export var seen = 1',
    'const cache = new Map<string, number>()',
    'export const log: string[] = []',
  ])('on %s', (text) => expect(impurities(text)).not.toEqual([]));

  it.each([
    'const y = Math.sqrt(2) + Math.imul(3, 4) + Math.fround(0.1) * Math.PI',
    'const o = { Date: 1, process: 2, exp: Math.abs }; f(o.Date, o.process)',
    'const f = () => { let sum = 0; const seen = new Set<number>(); sum += seen.size; return sum; }',
    "const names = new Set(['a']); const text = 'Math.exp(1) ** 2';",
    '// Math.exp(x) ** 2, Date.now()',
    'interface A { readonly performance: number; Date(): void }',
  ])('not on %s', (text) => expect(impurities(text)).toEqual([]));
});
