import { parseArgs } from 'node:util';
import { PEERS } from './peers.mjs';

export const WORKS = ['gemm', 'forward', 'train', 'gpu', 'memory', 'profile'];

export const USAGE = `Usage: npm run bench -- [${WORKS.join('|')} …] [options]

Measures this project and its peers in turns at the same work, after each has shown that it computes what the reference does.
Without a work: gemm, forward, train.

  --peers a,b      only these (${Object.keys(PEERS).join(', ')})
  --threads 1,2    only these numbers of threads
  --batch 1,8      batches of the forward pass
  --against a,b    peers that every row is compared with
  --rounds N       turns of each peer (default 9; --quick 2)
  --quick          one batch, one product, one run a turn: does it work, not how fast
  --json FILE      every time of every round
  --markdown FILE  the tables
  --publish NAME   the tables as docs/results/NAME-DATE.md: figures of a quiet machine only

Example: npm run bench -- forward --peers simd-f32,onnxruntime-web --threads 2 --markdown forward.md`;

const AGAINST = {
  gemm: ['peak-f32', 'peak-f32-fma', 'peak-f64', 'peak-scalar'],
  forward: ['onnxruntime-web', 'onnxruntime-node', 'torch-openblas-f64', 'torch-f64'],
  train: ['jax-js', 'torch-openblas-f32', 'torch-f32'],
  gpu: ['tfjs-webgpu'],
};

const list = (text) => text?.split(',').map((part) => part.trim());
const numbers = (text, name) =>
  list(text)?.map((part) => {
    const n = Number(part);
    if (!(Number.isInteger(n) && n > 0)) throw new Error(`--${name} takes whole numbers above 0, not ${part}`);
    return n;
  });
const known = (names, among, what) => {
  const stranger = names?.find((name) => !among.includes(name));
  if (stranger !== undefined) throw new Error(`no ${what} ${stranger}; there are ${among.join(', ')}`);
  return names;
};

/** What was asked for. Throws one sentence when it is not understood. */
export const optionsOf = (args) => {
  const text = { type: 'string' };
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: {
      ...{ peers: text, threads: text, batch: text, against: text, rounds: text, json: text, markdown: text, publish: text },
      ...{ quick: { type: 'boolean', default: false }, help: { type: 'boolean', default: false } },
    },
  });
  const names = Object.keys(PEERS);
  const against = known(list(values.against), names, 'peer');
  return {
    ...{ help: values.help, quick: values.quick, json: values.json, markdown: values.markdown, publish: values.publish },
    works: known(positionals.length === 0 ? ['gemm', 'forward', 'train'] : positionals, WORKS, 'work'),
    peers: known(list(values.peers), names, 'peer'),
    threads: numbers(values.threads, 'threads') ?? [1, 2],
    batches: numbers(values.batch, 'batch'),
    rounds: numbers(values.rounds, 'rounds')?.[0] ?? (values.quick ? 2 : 9),
    against: (work) => against ?? AGAINST[work],
  };
};
