import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { bits } from './bits.ts';
import { bytes } from './inputs.ts';
import { sha256 } from './sha256.ts';

describe('the same bits on every engine', () => {
  it('this Node gives the committed digest of every case', () => {
    const committed = readFileSync(new URL('digest.txt', import.meta.url), 'utf8').trim();
    expect(bits().split('\n'), 'if the definition itself changed: npm run test:bits -- --write').toEqual(committed.split('\n'));
  });
});

describe('sha256', () => {
  it('is that of Node for every length around a block', () => {
    for (let length = 0; length < 200; length++) {
      const data = bytes(length, length);
      expect(sha256(data), `${length} bytes`).toBe(createHash('sha256').update(data).digest('hex'));
    }
  });
});
