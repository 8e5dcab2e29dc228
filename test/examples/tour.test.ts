import { readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { read } from '../repository/syntax.ts';
import { inOwnFolder } from './folder.ts';
import { runExample } from './run.ts';

/** The programs of a page: blocks of TypeScript that import what they use. What a line prints is what its comment states. */
const programs = (page: string): readonly string[] =>
  [...read(page).matchAll(/^```ts\n([\s\S]*?)^```$/gm)]
    .map(([, code]) => code)
    .filter((code) => code.startsWith('import '))
    .map((code) =>
      code.replace(
        /^console\.log\((.*)\); \/\/ (.*)$/gm,
        (_, printed: string, stated: string) => `[${printed}].join(' '); // ${JSON.stringify(stated)}`,
      ),
    );

describe('every program of the tour prints what it states', () => {
  const folder = inOwnFolder();
  const tour = programs('docs/tour.md');
  it('has the price of a model, a plan, a replaced operation and an attention', () => expect(tour).toHaveLength(4));
  it.each(tour.map((code, i) => [i + 1, code] as const))('program %i', (_, code) => runExample('', code));
  it('drew a picture', () => expect(readdirSync(folder)).toContain('seen.png'));
});
