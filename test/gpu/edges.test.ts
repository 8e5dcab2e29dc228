import { describe, expect, it } from 'vitest';
import { EDGES, edgePair } from './edges.ts';
import { engineOf, TESTED } from './modes.ts';

describe.each(TESTED)('numbers at the edge, mode %s', (mode) => {
  const found = engineOf(mode);
  if ('missing' in found) {
    it(`has no back end here: ${found.missing}`, (context) => context.skip(found.missing));
    return;
  }
  it.each(EDGES.map((edge) => [edge.name, edge] as const))('%s: as in the reference', async (_, edge) => {
    const [got, want] = await edgePair(found.engine, edge);
    expect(got).toEqual(want);
  });
});
