import { expect, it } from 'vitest';
import type { Engine } from '../../src/core/engine/engine.ts';
import { GPU, onEach, SIMD } from '../support/engines.ts';
import { REUSES } from './reuses.ts';

// Not the reference: it keeps the tensor itself, and who reads it is shown here by writing to it.
onEach<Engine>(
  [...SIMD, ...GPU],
  (name) => `what stays with a plan of ${name}`,
  (engine) => {
    it.each(REUSES.map((reuse) => [reuse.name, reuse] as const))('%s', async (_, { pairs }) => {
      const all = await pairs(engine);
      expect(all.length).toBeGreaterThan(1);
      for (const [got, want] of all) expect(got).toEqual(want);
    });
  },
);
