import { readFileSync, writeFileSync } from 'node:fs';
import { expect } from 'vitest';

/**
 * A part of a document that is written from what was measured, between `<!-- name -->` and `<!-- /name -->`. With
 * UPDATE_DOCS=1 it is written, otherwise it must be there as it is.
 */
export const expectSection = (path: string, name: string, text: string): void => {
  const file = new URL(`../../${path}`, import.meta.url);
  const [open, close] = [`<!-- ${name} -->\n`, `<!-- /${name} -->`];
  const whole = readFileSync(file, 'utf8');
  const [from, to] = [whole.indexOf(open) + open.length, whole.indexOf(close)];
  expect(from, `${path} has no section ${name}`).toBeGreaterThan(open.length);
  if (process.env.UPDATE_DOCS === '1') writeFileSync(file, `${whole.slice(0, from)}${text}\n${whole.slice(to)}`);
  expect(readFileSync(file, 'utf8')).toContain(`${open}${text}\n${close}`);
};
