import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import * as E from 'fp-ts/lib/Either.js';
import { describe, expect, it } from 'vitest';
import { run } from '../../src/cli/run.ts';
import { tensor } from '../../src/core/tensor/tensor.ts';
import { frameReader } from '../../src/oracle/protocol/frame.ts';
import { receive, send } from '../../src/oracle/protocol/wire.ts';
import { bytesOf } from '../oracle/stream.ts';
import { right } from '../support/right.ts';
import { listening } from '../support/terminal.ts';

const deit = (...words: readonly string[]) => {
  const child = spawn(process.execPath, [fileURLToPath(new URL('../support/deit.mjs', import.meta.url)), ...words]);
  const said: string[] = [];
  child.stderr.on('data', (bytes) => said.push(String(bytes)));
  return { child, said, ended: new Promise<number | null>((resolve) => child.on('exit', resolve)) };
};

describe('deit subject', () => {
  it('serves the gpu engine as a process: frames alone on its output, and bye ends it though the input stays open', async () => {
    const { child, ended } = deit('subject', '--engine', 'gpu', '--mode', 'webasm');
    const frames = frameReader(child.stdout);
    const ask = async (meta: Readonly<Record<string, string>>, tensors = {}) => {
      child.stdin.write(bytesOf({ meta, tensors }));
      const reply = await frames.next();
      if (E.isLeft(reply) || reply.right === undefined) throw new Error(E.isLeft(reply) ? reply.left.message : 'it ended');
      return reply.right;
    };
    const hello = await ask({ cmd: 'hello', proto: '1' });
    expect(hello.meta).toMatchObject({ dtypes: '["F32"]', name: 'deit-oracle gpu' });
    const { meta, tensors } = await ask({ cmd: 'run', id: '1', op: 'gelu' }, send({ x: tensor([2], [-2.5, 1]) }, 'F64'));
    const got = right(receive(tensors));
    expect(meta).toMatchObject({ status: 'ok', notes: '["computed in F32"]' });
    expect(got.y.data[0]).toBeCloseTo(-0.0155242, 6);
    child.stdin.write(bytesOf({ meta: { cmd: 'bye' }, tensors: {} }));
    expect(await ended).toBe(0);
  });

  it('ends without a word when the client goes away', async () => {
    const { child, said, ended } = deit('subject', '--engine', 'reference');
    child.stdout.destroy();
    child.stdin.write(bytesOf({ meta: { cmd: 'hello', proto: '1' }, tensors: {} }));
    expect([await ended, said.join('')]).toEqual([0, '']);
  });

  it('says which types it serves without --dtype, and serves them', async () => {
    const terminal = listening();
    expect(await run(['subject', '--help'], terminal)).toBe(0);
    expect(terminal.said.join('\n')).toMatch(/--dtype F64\|F32 .*simd F64 and F32, F64 first/);
    const { child, ended } = deit('subject', '--engine', 'simd', '--threads', '1');
    child.stdin.end(bytesOf({ meta: { cmd: 'hello', proto: '1' }, tensors: {} }));
    const reply = await frameReader(child.stdout).next();
    expect(E.isRight(reply) && reply.right?.meta.dtypes).toBe('["F64","F32"]');
    expect(await ended).toBe(0);
  });

  it('what is no frame ends it with a plain sentence', async () => {
    const { child, said, ended } = deit('subject', '--engine', 'reference');
    child.stdin.write('hello there, subject\n');
    expect(await ended).toBe(3);
    expect(said.join('')).toBe('deit: protocol-error: expected a frame, got "hello there, subject\\n"\n');
  });
});
