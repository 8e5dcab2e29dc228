import fc from 'fast-check';
import * as E from 'fp-ts/lib/Either.js';
import { describe, expect, it } from 'vitest';
import { encodeFrame, type Frame, frameReader, type ProtocolError } from '../../src/oracle/protocol/frame.ts';
import { bytesOf, chunked, u64 } from './stream.ts';

const read = async (bytes: Uint8Array, size = 7): Promise<readonly E.Either<ProtocolError, Frame | undefined>[]> => {
  const reader = frameReader(chunked(bytes, size));
  const out: E.Either<ProtocolError, Frame | undefined>[] = [];
  for (;;) {
    const frame = await reader.next();
    out.push(frame);
    if (E.isLeft(frame) || frame.right === undefined) return out;
  }
};
const messageOf = async (bytes: Uint8Array): Promise<string> => {
  const last = (await read(bytes)).at(-1);
  return last !== undefined && E.isLeft(last) ? last.left.message : 'read without an error';
};
const example: Frame = {
  meta: { id: '1', op: 'linear' },
  tensors: {
    x: { dtype: 'F64', shape: [2], bytes: new Uint8Array(Float64Array.of(1, 2).buffer) },
    labels: { dtype: 'U8', shape: [3], bytes: Uint8Array.of(1, 2, 3) },
    none: { dtype: 'F32', shape: [0, 4], bytes: new Uint8Array(0) },
  },
};

describe('frames', () => {
  it('come back as they were sent, however the stream is cut, one after another', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.dictionary(fc.string(), fc.uint8Array({ maxLength: 40 })),
        fc.dictionary(
          fc.string().filter((key) => key !== '__metadata__'),
          fc.string(),
        ),
        fc.integer({ min: 1, max: 64 }),
        async (blobs, meta, size) => {
          const names = Object.entries(blobs).filter(([name]) => name !== '__metadata__');
          const tensors = Object.fromEntries(names.map(([name, bytes]) => [name, { dtype: 'U8' as const, shape: [bytes.length], bytes }]));
          const one = bytesOf({ meta, tensors });
          const [first, second, end] = await read(Uint8Array.from([...one, ...one]), size);
          for (const frame of [first, second]) {
            if (frame === undefined || E.isLeft(frame) || frame.right === undefined) throw new Error('no frame');
            expect({ ...frame.right.meta }).toEqual({ ...meta });
            expect(Object.keys(frame.right.tensors).sort()).toEqual(names.map(([name]) => name).sort());
            for (const [name, bytes] of names) expect(Array.from(frame.right.tensors[name].bytes)).toEqual(Array.from(bytes));
          }
          expect(end).toEqual(E.right(undefined));
        },
      ),
      { numRuns: 60 },
    );
  });

  it('start on 8 bytes, so that any type can be read in place', async () => {
    const [frame] = await read(bytesOf(example), 5);
    if (frame === undefined || E.isLeft(frame) || frame.right === undefined) throw new Error('no frame');
    expect(new Float64Array(frame.right.tensors.x.bytes.buffer)).toEqual(Float64Array.of(1, 2));
    expect(bytesOf(example).readBigUInt64LE() % 8n).toBe(0n);
  });
});

describe('what is no frame is named', () => {
  it.each([
    ['a stray print', Buffer.from('loading model...\n'), /protocol-error: expected a frame, got "loading model/],
    ['a stray print before a frame', Buffer.concat([Buffer.from('warming up\n'), bytesOf(example)]), /expected a frame, got "warming up/],
    ['a short print', Buffer.from('ok\n'), /expected a frame, got "ok/],
    ['a length without JSON', Buffer.concat([u64(64n), Buffer.from('hello, this is not JSON')]), /expected a frame/],
    [
      'a header over 16 MiB',
      Buffer.concat([u64(17n * 2n ** 20n), Buffer.from('{}')]),
      /^protocol-error: the first 8 bytes give a header of 17825792 bytes, over the limit of 16777216 \(16 MiB\)$/,
    ],
    ['a header of no bytes', u64(0n), /^protocol-error: the first 8 bytes give a header of 0 bytes; the shortest header is \{\}$/],
    ['nothing after the length', u64(16n), /ends after 0 of the 16 bytes of the header|header/],
    ['a header cut off', Buffer.concat([u64(64n), Buffer.from('{"x"')]), /the stream ends after \d+ of the 64 bytes of the header/],
    ['data cut off', bytesOf(example).subarray(0, -2), /the stream ends after 1 of the 3 bytes of tensor labels/],
  ])('%s', async (_what, bytes, message) => expect(await messageOf(bytes)).toMatch(message));

  it('data over 4 GiB is refused before memory is taken', async () => {
    const json = Buffer.from('{"x":{"dtype":"F64","shape":[1073741824],"data_offsets":[0,8589934592]}}');
    expect(await messageOf(Buffer.concat([u64(BigInt(json.length)), json]))).toMatch(/protocol-error: .*over the limit of 4294967296/);
  });

  it('mutated frames are read or refused, never more', async () => {
    const good = bytesOf(example);
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.nat(good.length - 1), fc.nat(255)), { minLength: 1, maxLength: 6 }),
        fc.nat(good.length),
        async (edits, cut) => {
          const bytes = Uint8Array.from(good);
          for (const [at, value] of edits) bytes[at] = value;
          const last = (await read(bytes.subarray(0, good.length - (cut % 9)))).at(-1);
          expect(last?._tag).toMatch(/Left|Right/);
        },
      ),
      { numRuns: 2000 },
    );
  });

  it('what cannot be written is said', () => {
    const twice = encodeFrame({ meta: {}, tensors: { __metadata__: example.tensors.x } });
    expect(E.isLeft(twice) && twice.left.message).toMatch(/protocol-error: .*reserved/);
  });
});
