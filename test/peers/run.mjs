// Other people's operators under the judge: PyTorch's, JAX's and ONNX Runtime's own, with their gradients, each as a process that speaks the protocol.
//
//   node test/peers/run.mjs [CASES [SEED…]]     default 8 cases of seed 1; the package must be built
//
// Makes a virtual environment in a temporary folder, unless PEERS_PYTHON names a Python that has the libraries. What cannot be installed is skipped, with
// the reason.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { checkKernel, FLOAT32, failureLines, JAX_CPU, ONNXRUNTIME_CPU, PYTORCH_CPU } from '../../dist/src/oracle/index.js';
import { peer } from './peer.mjs';

/** Results of 16 bits from sums in float32: what PyTorch does in these operations, and not in all. */
const WIDE_SUMS = ['linear', 'softmax', 'gelu', 'layernorm', 'mlp', 'patch_embed', 'linear.vjp', 'gelu.vjp', 'mlp.vjp', 'log_softmax.vjp'];

/**
 * Each peer with what it is declared to compute in, as `test/peers/constants.py` measures it; `expect` is `fail` where it computes in a way that is not
 * declared, which must be seen. `later` are operations that are left out, each with the reason.
 */
const PEERS = [
  // An erf within 3 u is enough on a machine with AVX2; one with AVX-512 needed 10.
  { name: 'PyTorch', script: 'pytorch.py', needs: ['torch==2.13.0+cpu'], has: 'torch', declared: PYTORCH_CPU },
  {
    name: 'PyTorch in bfloat16',
    script: 'pytorch.py',
    args: ['bfloat16'],
    has: 'torch',
    declared: { elementary: () => 10, storage: 2 ** -8, tiny: 2 ** -133 },
    only: WIDE_SUMS,
  },
  {
    name: 'PyTorch in float16',
    script: 'pytorch.py',
    args: ['float16'],
    has: 'torch',
    declared: { elementary: () => 10, storage: 2 ** -11, tiny: 2 ** -24, largest: 65504 },
    only: WIDE_SUMS,
  },
  {
    name: 'ONNX Runtime',
    script: 'onnx_runtime.py',
    needs: ['onnx==1.23.2', 'onnxruntime==1.32.0'],
    has: 'onnxruntime',
    declared: ONNXRUNTIME_CPU,
  },
  { name: 'JAX', script: 'jax_numpy.py', needs: ['jax==0.10.2'], has: 'jax', declared: JAX_CPU },
  {
    name: 'JAX, one-pass variance declared',
    script: 'jax_numpy.py',
    args: ['standardize'],
    has: 'jax',
    declared: { ...JAX_CPU, algorithms: ['one-pass-variance'] },
    later: { 'layernorm.vjp': 'the bound of this gradient is not proved for a one-pass variance' },
  },
  {
    name: 'JAX, one-pass variance not declared',
    script: 'jax_numpy.py',
    args: ['standardize'],
    has: 'jax',
    declared: JAX_CPU,
    only: ['layernorm', 'layernorm.vjp'],
    // The first eight have no row far from 0.
    least: 12,
    expect: 'fail',
  },
];
/** Of a peer that is honest. `partly`: some of its numbers have a bound that says nothing, and none is beyond one that does. */
const HONEST = ['pass', 'acceptable', 'partly'];

const at = (path) => fileURLToPath(new URL(path, import.meta.url));
const [cases = 8, ...seeds] = process.argv.slice(2).map(Number);

/** Runs a command; undefined, or the end of what it said where it failed. */
const complaint = (command, ...args) => {
  const { status, stdout, stderr, error } = spawnSync(command, args, { encoding: 'utf8', timeout: 600_000 });
  return error === undefined && status === 0 ? undefined : (error?.message ?? `${stdout}${stderr}`).trim().split('\n').at(-1);
};

const folder = mkdtempSync(join(tmpdir(), 'deit-peers-'));
const python = process.env.PEERS_PYTHON ?? join(folder, 'bin/python');
const reasons = new Map();
if (process.env.PEERS_PYTHON === undefined) {
  const impossible = complaint('python3', '-m', 'venv', folder);
  for (const { needs = [], has } of PEERS)
    if (needs.length > 0)
      reasons.set(
        has,
        impossible ??
          complaint(python, '-m', 'pip', 'install', '--quiet', '--no-input', '--disable-pip-version-check', 'numpy==2.4.6', ...needs),
      );
}

const judge = async (one, { name, declared, only, later = {}, least = 1, expect }, counts) => {
  console.log(`${name} (${one.name})`);
  for (const op of one.operations.filter((operation) => only?.includes(operation) ?? true)) {
    if (later[op] !== undefined) {
      counts.skipped++;
      console.log(`skip    ${op.padEnd(18)} ${later[op]}`);
      continue;
    }
    for (const seed of seeds.length === 0 ? [1] : seeds) {
      const report = await checkKernel(op, one.kernel(op), {
        arithmetic: { ...FLOAT32, ...declared },
        cases: Math.max(cases, least),
        seed,
      });
      const right = expect === undefined ? HONEST.includes(report.verdict) : report.verdict === expect;
      counts[right ? 'passed' : 'failed']++;
      const worst = report.worst === undefined ? '' : `, worst error ${report.worst.ratio.toPrecision(2)} of its bound`;
      const verdict = `${report.verdict}${expect === undefined ? '' : `, must ${expect}`}`;
      const numbers = `${report.compared} numbers of ${report.cases} cases, seed ${seed}`;
      console.log(`${right ? 'as due' : 'WRONG '}  ${op.padEnd(18)} ${verdict}: ${numbers}${worst}`);
      if (!right) for (const line of failureLines(report)) console.log(`        ${line}`);
    }
  }
};

const counts = { passed: 0, failed: 0, skipped: 0 };
for (const one of PEERS) {
  const reason = reasons.get(one.has) ?? complaint(python, '-c', `import ${one.has}`);
  if (reason !== undefined) {
    counts.skipped++;
    console.log(`skip    ${one.name}: ${reason}`);
    continue;
  }
  try {
    const asked = await peer(python, at(one.script), ...(one.args ?? []));
    try {
      await judge(asked, one, counts);
    } finally {
      await asked.end();
    }
  } catch (error) {
    counts.failed++;
    console.log(`WRONG   ${one.name}: ${error.message}`);
  }
}
rmSync(folder, { recursive: true });
console.log(`peers: ${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped`);
process.exitCode = counts.failed === 0 ? 0 : 1;
