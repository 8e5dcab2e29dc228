import * as E from 'fp-ts/lib/Either.js';
import { answering, type Subject } from './answer.ts';
import { encodeFrame, type Frame, frameReader, type ProtocolError } from './frame.ts';

/**
 * Serve the protocol on byte streams until `bye` or the end of the input. A bad request is answered with an error and
 * the next one is read; only what is not a frame, or a frame whose end cannot be told, ends the service.
 *
 * @param write sends bytes and waits until there is room for more.
 * @example
 * const hello = E.getOrElse(() => [])(encodeFrame({ meta: { cmd: 'hello' }, tensors: {} }));
 * const input = async function* () {
 *   yield* hello;
 * };
 * const replies = [];
 * const done = serve({ name: 'mine', version: '1', engines: { F64: referenceEngine } })(input(), async (bytes) => void replies.push(bytes));
 * done.then(() => replies.length) // 1
 */
export const serve =
  (subject: Subject) =>
  async (input: AsyncIterable<Uint8Array>, write: (bytes: Uint8Array) => Promise<void>): Promise<E.Either<ProtocolError, void>> => {
    const frames = frameReader(input);
    const { answer, dispose } = answering(subject);
    const reply = async (meta: Readonly<Record<string, string>>, tensors: Frame['tensors'] = {}): Promise<void> => {
      const encoded = encodeFrame({ meta, tensors });
      if (E.isLeft(encoded)) return reply({ ...('id' in meta ? { id: meta.id } : {}), status: 'error', message: encoded.left.message });
      for (const piece of encoded.right) await write(piece);
    };
    try {
      for (;;) {
        const frame = await frames.next();
        if (E.isLeft(frame)) {
          const { message, lack, skipped } = frame.left;
          await reply({ ...skipped, status: lack === 'memory' ? 'oom' : 'error', message });
          if (skipped === undefined) return frame;
          continue;
        }
        if (frame.right === undefined || frame.right.meta.cmd === 'bye') return E.right(undefined);
        const { reply: meta, tensors } = await answer(frame.right);
        await reply({ ...(frame.right.meta.id === undefined ? {} : { id: frame.right.meta.id }), ...meta }, tensors);
      }
    } finally {
      dispose();
      await frames.close();
    }
  };
