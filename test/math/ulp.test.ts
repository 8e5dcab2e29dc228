import { readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { UNARY } from '../../src/core/language/ops.ts';
import { UNARY_FUNCTIONS } from '../../src/core/language/unary-functions.ts';
import { erfinv } from '../../src/core/math/index.ts';
import type { Measured } from './points.ts';
import { measure, type Worst } from './ulp.ts';

/** Points a function; `ULP_POINTS=100000` for a longer look, which leaves the table alone. */
const POINTS = Number(process.env.ULP_POINTS ?? 1000);
const TABLE = new URL('../../docs/accuracy.md', import.meta.url);

const MEASURED: readonly Measured[] = [...UNARY, 'erfinv'];
/** 1 / √x rounds twice: half an ulp of the root is at most one of the quotient. */
const limit = (f: Measured): number => (({ erfinv: 3, rsqrt: 1.5 }) as Partial<Record<Measured, number>>)[f] ?? 1;

const cell = ({ error, at }: Worst): string => (error === 0 ? '0 | ' : `${error.toFixed(3)} | ${at}`);
const rows = MEASURED.map((f) => ({ f, ...measure(f, POINTS) }));
const document = `# Accuracy of the elementary functions

Errors in units of the last place (ulp), against arbitrary precision (\`deit-oracle/precise\`, our own series on mathjs BigNumber, itself
checked against mpmath). A correctly rounded function has at most 0.5.

Written by \`UPDATE_DOCS=1 npx vitest run test/math/ulp.test.ts\`; the same test, without it, fails when this table is not what it
measures. ${POINTS} fixed points a function: a share for each range in use, each place where an algorithm changes, each threshold and each
tail (\`test/math/points.ts\`). Below 2⁻¹⁰²² a unit is the distance of subnormal numbers, 2⁻¹⁰⁷⁴.

| function | limit | worst | at | worst where the result is subnormal | at |
| --- | --- | --- | --- | --- | --- |
${rows.map(({ f, normal, subnormal }) => `| \`${f}\` | ${limit(f)} | ${cell(normal)} | ${cell(subnormal)} |`).join('\n')}

\`sqrt\` is IEEE 754's, \`rsqrt\` is 1 / √x, two roundings. \`cdf\` is the standard normal Φ(x), \`gelu\` is x·Φ(x); both keep their relative accuracy in the
negative tail, down to the smallest double. \`erfinv\` only draws normal numbers: its limit is wider.
`;

describe('elementary functions are within 1 ulp of arbitrary precision', () => {
  it.each(rows)('$f: $normal.error ulp at $normal.at', ({ f, normal, subnormal }) => {
    expect(normal.error).toBeLessThanOrEqual(limit(f));
    expect(subnormal.error).toBeLessThanOrEqual(limit(f));
  });
  it.each(MEASURED)('the judge notices a %s that is off by two ulp', (f) => {
    const of = f === 'erfinv' ? erfinv : UNARY_FUNCTIONS[f];
    expect(measure(f, 40, (x) => of(x) * (1 + 2 ** -51)).normal.error).toBeGreaterThan(limit(f));
  });
  it.runIf(process.env.ULP_POINTS === undefined)('docs/accuracy.md is what was measured', () => {
    if (process.env.UPDATE_DOCS === '1') writeFileSync(TABLE, document);
    expect(readFileSync(TABLE, 'utf8')).toBe(document);
  });
});
