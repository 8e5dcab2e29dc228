import { readFileSync } from 'node:fs';

/** Where a fixture lies. */
export const fixture = (name: string): URL => new URL(`fixtures/${name}`, import.meta.url);

/** The bytes of a fixture. */
export const readFixture = (name: string): Buffer => readFileSync(fixture(name));

/** How many places of two byte strings differ; a length that differs counts in full. */
export const differingBytes = (a: ArrayLike<number>, b: ArrayLike<number>): number => {
  let different = Math.abs(a.length - b.length);
  for (let i = 0; i < Math.min(a.length, b.length); i++) if (a[i] !== b[i]) different++;
  return different;
};
