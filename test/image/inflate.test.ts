import { constants, deflateSync, inflateSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { inflateInto } from '../../src/io/bytes/inflate.ts';

const { Z_DEFAULT_STRATEGY, Z_FILTERED, Z_FIXED, Z_HUFFMAN_ONLY, Z_RLE } = constants;
const SIZE = 70_000;

/** Bytes of many kinds: noise, few values, runs, repeats from far back. */
const bytes = fc
  .tuple(
    fc.uint8Array({ minLength: 0, maxLength: 300 }),
    fc.integer({ min: 1, max: 255 }),
    fc.array(fc.tuple(fc.nat(300), fc.integer({ min: 1, max: 400 })), { maxLength: 6 }),
  )
  .map(([noise, mask, copies]) =>
    copies.reduce(
      (all, [from, times]) => Buffer.concat([all, Buffer.alloc(times, all.toString('latin1', from % (all.length + 1)), 'latin1')]),
      Buffer.from(noise.map((byte) => byte & mask)),
    ),
  );

const streams = fc
  .tuple(
    bytes,
    fc.integer({ min: 0, max: 9 }),
    fc.constantFrom(Z_DEFAULT_STRATEGY, Z_FILTERED, Z_FIXED, Z_HUFFMAN_ONLY, Z_RLE),
    fc.integer({ min: 1, max: 9 }),
  )
  .map(([plain, level, strategy, memLevel]) => ({ plain, packed: deflateSync(plain, { level, strategy, memLevel }) }));

/** What zlib makes of data, or `undefined` when it finds it damaged or cut. */
const byZlib = (data: Uint8Array): Buffer | undefined => {
  try {
    return inflateSync(data, { maxOutputLength: SIZE });
  } catch {
    return undefined;
  }
};

describe('inflateInto', () => {
  const out = new Uint8Array(SIZE);
  const whole = (data: Uint8Array): Buffer | undefined => {
    const { filled, ending } = inflateInto(data, out, 'zlib');
    return ending === 'whole' ? Buffer.from(out.subarray(0, filled)) : undefined;
  };

  it('undoes zlib', () =>
    fc.assert(
      fc.property(streams, ({ plain, packed }) => {
        expect(whole(packed)?.equals(plain)).toBe(true);
      }),
      { numRuns: 2000 },
    ));

  it('undoes large blocks of every kind', () => {
    let state = 7;
    const noise = Uint8Array.from({ length: SIZE }, (_, i) => {
      state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
      return i % 5000 < 2500 ? state >>> 24 : state >>> 30;
    });
    for (const level of [0, 1, 6, 9])
      for (const strategy of [Z_DEFAULT_STRATEGY, Z_FIXED, Z_HUFFMAN_ONLY])
        expect(whole(deflateSync(noise, { level, strategy }))?.equals(noise)).toBe(true);
  });

  it('accepts and refuses what zlib does, of mutants', () => {
    let [accepted, refused] = [0, 0];
    fc.assert(
      fc.property(streams, fc.array(fc.tuple(fc.nat(3), fc.nat(), fc.nat(255)), { minLength: 1, maxLength: 3 }), ({ packed }, changes) => {
        const mutant = changes.reduce((data, [kind, p, value]) => {
          const at = p % (data.length + 1);
          if (kind === 0) return Buffer.concat([data, Buffer.of(value)]);
          if (kind === 1) return Buffer.concat([data.subarray(0, at), Buffer.of(value), data.subarray(at + 1)]);
          if (kind === 2) return data.subarray(0, Math.max(at, data.length - 8));
          return Buffer.concat([data.subarray(0, at), Buffer.of(1 << (value & 7)), data.subarray(at)]);
        }, packed);
        const expected = byZlib(mutant);
        const found = whole(mutant);
        expect(found === undefined).toBe(expected === undefined);
        if (found !== undefined && expected !== undefined) expect(found.equals(expected)).toBe(true);
        if (found === undefined) refused++;
        else accepted++;
      }),
      { numRuns: 10_000 },
    );
    expect(accepted).toBeGreaterThan(1000);
    expect(refused).toBeGreaterThan(1000);
  });

  it('says how data ends', () => {
    const packed = deflateSync(Buffer.from('a picture'));
    const ending = (data: Uint8Array, size: number) => {
      const { filled, ending: how } = inflateInto(data, new Uint8Array(size), 'zlib');
      return { filled, ending: how };
    };
    expect(ending(packed, 9)).toEqual({ filled: 9, ending: 'whole' });
    expect(ending(packed, 8)).toEqual({ filled: 8, ending: 'full' });
    expect(ending(packed.subarray(0, -1), 9)).toEqual({ filled: 9, ending: 'cut' });
    expect(ending(packed.subarray(0, 6), 9).ending).toBe('cut');
    expect(ending(Buffer.concat([packed.subarray(0, -1), Buffer.of(0)]), 9)).toEqual({ filled: 9, ending: 'checksum' });
    expect(ending(Buffer.of(0x78, 0x9c, 7), 9)).toEqual({ filled: 0, ending: 'damaged' });
    expect(ending(Buffer.of(0x79, 0x9c, 3, 0), 9)).toEqual({ filled: 0, ending: 'damaged' });
  });
});
