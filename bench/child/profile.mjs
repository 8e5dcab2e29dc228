import { UNARY } from '../../dist/src/index.js';
import { KERNEL_NAMES } from '../../dist/src/simd/compile/command.js';
import { compilePlan } from '../../dist/src/simd/compile/compiled.js';
import { ELEMENTWISE, GEMM } from '../../dist/src/simd/kernels/operations.js';
import { compiledKernels, kernelsOn } from '../../dist/src/simd/modules.js';
import { writeInputs, writePlan } from '../../dist/src/simd/run/transfer.js';
import { programOf } from './ours.mjs';

const ROUNDS = 12;
const KINDS = ['fill', 'copy', 'scale', 'shift', 'add', 'sub', 'mul', 'div', ...UNARY];

/** Floating-point operations of a stage that multiplies matrices. */
const flopsOf = ({ commands: [{ operation, words }], tasks }) => {
  if (KERNEL_NAMES[operation] === 'attention') {
    const [m, n, d, e, , chunk] = words;
    return (2 * m * n * (d + e) * tasks) / Math.ceil(m / chunk);
  }
  if (operation !== GEMM) return 0;
  const [m, n, k, rows, columns] = words;
  return (2 * m * n * k * tasks) / (Math.ceil(m / rows) * Math.ceil(n / columns));
};

const labelOf = ({ commands: [{ operation, kind, words }] }) => {
  if (operation === ELEMENTWISE) return `elementwise ${KINDS[kind]}`;
  if (operation === GEMM) return `gemm ${words.slice(0, 3).join('×')}`;
  return KERNEL_NAMES[operation];
};

/** The plan of a work on the SIMD engine, one thread, one stage at a time: where its time goes. */
export const load = async (job) => {
  const { dtype, fused } = job.options;
  const { program, shapes, options, inputs } = programOf(job);
  const compiled = compiledKernels(dtype, false, fused);
  const compiledPlan = compilePlan({ dtype, threads: 1, fused: compiled.fused }, program, shapes, options);
  const { stages } = compiledPlan.builder;
  const memory = new WebAssembly.Memory({ initial: Math.ceil(compiledPlan.memory.report.total / 65_536), maximum: 65_536 });
  const kernels = kernelsOn(compiled.module, memory);
  writePlan(compiledPlan, memory);
  writeInputs(compiledPlan, memory, inputs);
  const best = stages.map(() => Number.POSITIVE_INFINITY);
  for (let round = 0; round < ROUNDS; round++)
    for (let i = 0; i < stages.length; i++) {
      const start = performance.now();
      kernels.work(compiledPlan.memory.stages, i, i + 1, 1, 0, 0, 0, compiledPlan.memory.scratch);
      best[i] = Math.min(best[i], performance.now() - start);
    }
  const rows = {};
  stages.forEach((stage, i) => {
    const label = labelOf(stage);
    rows[label] ??= { label, kernels: 0, time: 0, flops: 0 };
    rows[label].kernels++;
    rows[label].time += best[i];
    rows[label].flops += flopsOf(stage);
  });
  return { describe: `${dtype}${fused ? ' fused' : ''}`, rows: Object.values(rows), run: async () => ({}) };
};
