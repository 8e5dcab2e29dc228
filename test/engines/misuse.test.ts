import { expect, it } from 'vitest';
import { ENGINES, onEach } from '../support/engines.ts';
import { MISUSES } from './misuse.ts';

onEach(
  ENGINES,
  (name) => `misuse of ${name} is one plain error`,
  (engine) => {
    it.each(MISUSES.map((misuse) => [misuse.name, misuse] as const))('%s', async (_, { said, want }) => {
      expect(await said(engine)).toBe(want);
    });
  },
);
