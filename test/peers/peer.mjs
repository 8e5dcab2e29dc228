// A peer as a process that speaks the protocol, and its operations as kernels.
import { spawn } from 'node:child_process';
import { encodeFrame, frameReader, receive, send } from '../../dist/src/oracle/index.js';

const right = (either) => {
  if (either._tag === 'Left') throw new Error(either.left.message ?? String(either.left));
  return either.right;
};

/** Starts a peer: what it says of itself, and a function that asks it. */
export const peer = async (command, ...args) => {
  const child = spawn(command, args, { stdio: ['pipe', 'pipe', 'pipe'] });
  let log = '';
  child.stderr.on('data', (text) => {
    log = (log + text).slice(-4000);
  });
  // What it says at its end counts, not that the pipe to it broke.
  child.stdin.on('error', () => {});
  const failed = new Promise((_, reject) => {
    child.on('error', reject);
  });
  failed.catch(() => {});
  const frames = frameReader(child.stdout);
  const ask = async (meta, tensors = {}) => {
    for (const piece of right(encodeFrame({ meta, tensors }))) child.stdin.write(piece);
    const frame = right(await Promise.race([frames.next(), failed]));
    if (frame === undefined) throw new Error(`${command} ${args.join(' ')} ended without an answer: ${log}`);
    return frame;
  };
  const { meta } = await ask({ cmd: 'hello', proto: '1', runner: 'test/peers' });
  let count = 0;
  return {
    name: `${meta.name} ${meta.version}`,
    operations: JSON.parse(meta.ops),
    /** One operation of the peer, as `checkKernel` takes it. */
    kernel: (op) => async (inputs, attributes) => {
      const id = String(++count);
      const request = { cmd: 'run', id, op, attrs: JSON.stringify(attributes), wire: 'F64', storage: 'F32' };
      const { meta: reply, tensors } = await ask(request, send(inputs, 'F64'));
      if (reply.status !== 'ok' || reply.id !== id) throw new Error(`${reply.status}: ${reply.message}\n${reply.traceback ?? ''}`);
      return right(receive(tensors));
    },
    end: async () => {
      for (const piece of right(encodeFrame({ meta: { cmd: 'bye' }, tensors: {} }))) child.stdin.write(piece);
      child.stdin.end();
      await frames.close();
    },
  };
};
