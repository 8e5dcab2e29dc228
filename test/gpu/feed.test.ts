import { describe, expect, it } from 'vitest';
import { engineOf, TESTED } from './modes.ts';
import { REUSES } from './stays.ts';

describe.each(TESTED)('what stays on the device, mode %s', (mode) => {
  const found = engineOf(mode);
  if ('missing' in found) {
    it(`has no back end here: ${found.missing}`, (context) => context.skip(found.missing));
    return;
  }
  it.each(REUSES.map((reuse) => [reuse.name, reuse] as const))('%s', async (_, { pairs }) => {
    for (const [got, want] of await pairs(found.engine)) expect(got).toEqual(want);
  });
});
