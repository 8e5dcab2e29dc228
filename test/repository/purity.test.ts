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
    'const cache = {}',
    'const cache: Record<string, number> = {}',
    'const cache: Partial<Record<string, number>> = {}',
    'const cache: { [key: string]: number } = {}',
    'interface Cache { [key: string]: number }',
    'export const buf = new Float64Array(4)',
    'const buf: Float64Array = new Float64Array(4)',
    'const buf = Float64Array.of(1, 2)',
    'const seen = new Map([])',
    'const seen: Map<string, number> = new Map([])',
    'const names = ["a"] satisfies string[]',
    'const names = [1] as number[]',
    'const table = Object.fromEntries(entries)',
    'class Counter { static n = 0 }',
    'class Counter { static readonly seen = new Set<string>() }',
    "[].constructor.constructor('return Math.exp(1)')()",
    "f['constructor']('return 1')",
    'f[`constructor`]',
    'const { constructor: make } = f',
    "x['toLocaleString']()",
  ])('on %s', (text) => expect(impurities(text)).not.toEqual([]));

  it.each([
    'const y = Math.sqrt(2) + Math.imul(3, 4) + Math.fround(0.1) * Math.PI',
    'const o = { Date: 1, process: 2, exp: Math.abs } as const; f(o.Date, o.process)',
    'const f = () => { let sum = 0; const seen = new Set<number>(); sum += seen.size; return sum; }',
    "const names: ReadonlySet<string> = new Set(['a']); const text = 'Math.exp(1) ** 2';",
    'const a = [1] as const; const b = { c: 1 } as const satisfies Table; const d = Object.freeze({ e: 1 })',
    'const a: readonly number[] = [1]; const b: { readonly c: number } = { c: 1 }; const d: Table = { e: 1 }',
    'const a: { readonly [K in Name]: number } = { b: 1 }; const c = Object.keys(a) as readonly Name[]',
    'class A extends Error { static readonly kind = 1; constructor() { super("constructor"); } }',
    'interface A { readonly b: number; c(): void }',
    '// Math.exp(x) ** 2, Date.now()',
    'interface A { readonly performance: number; Date(): void }',
  ])('not on %s', (text) => expect(impurities(text)).toEqual([]));
});
