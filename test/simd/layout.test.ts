import { describe, expect, it } from 'vitest';
import * as layout from '../../src/simd/kernels/layout.ts';

/** Where the words stand that `layout` names with a prefix. */
const wordsOf = (prefix: string): readonly number[] =>
  Object.entries(layout).flatMap(([name, word]) => (name.startsWith(`${prefix}_`) ? [word] : []));
const from = (first: number, count: number): readonly number[] => Array.from({ length: count }, (_, i) => first + i);
/** The factor takes two words. */
const OWN = layout.FACTOR + 2;

describe('words of a command', () => {
  it('that every operation has come first', () => expect([layout.OPERATION, layout.KIND, layout.FACTOR]).toEqual([0, 1, 2]));
  it.each([
    ['GEMM', 19],
    ['PACK', 7],
    ['ATTENTION', 15],
    ['ROWS', 7],
    ['SUM_LEADING', 6],
    ['ELEMENTWISE', 6],
  ])('of %s are %d, one after the other, none of them twice', (prefix, count) => expect(wordsOf(prefix)).toEqual(from(OWN, count)));
  it('of LayerNorm follow those of every operation on rows', () => expect(wordsOf('NORM')).toEqual(from(layout.ROWS_OUT_ROW + 1, 2)));
  it('of twelve axes follow those of an elementwise operation, and fit', () => {
    expect([layout.AXIS_LENGTH, layout.AXIS_OUT, layout.AXIS_A, layout.AXIS_B]).toEqual(from(0, layout.AXIS_WORDS));
    expect(layout.AXIS_FIRST).toBe(layout.ELEMENTWISE_B + 1);
    expect(4 * (layout.AXIS_FIRST + 12 * layout.AXIS_WORDS)).toBeLessThanOrEqual(layout.COMMAND_BYTES);
  });
});

describe('an entry of a table of starts', () => {
  it.each(['STARTS_GEMM', 'STARTS_ATTENTION'])('%s has as many words as bytes for them', (prefix) =>
    expect(wordsOf(prefix)).toEqual(from(0, layout.STARTS_BYTES / 4)),
  );
});
