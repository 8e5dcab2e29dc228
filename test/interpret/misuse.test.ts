import { expect, it } from 'vitest';
import { referenceEngine } from '../../src/core/engine/reference-engine.ts';
import { MISUSES } from '../support/misuse.ts';

it.each(MISUSES.map((misuse) => [misuse.name, misuse] as const))('%s: one plain error', async (_, { said, want }) => {
  expect(await said(referenceEngine)).toBe(want);
});
