import { UNARY } from '../../dist/src/index.js';
import { KERNEL_NAMES } from '../../dist/src/simd/compile/command.js';
import { compilePlan } from '../../dist/src/simd/compile/compile-plan.js';
import * as layout from '../../dist/src/simd/kernels/layout.js';
import { ELEMENTWISE, GEMM } from '../../dist/src/simd/kernels/operations.js';
import { compiledKernels, kernelsOn } from '../../dist/src/simd/modules.js';
import { writeInputs, writePlan } from '../../dist/src/simd/run/transfer.js';
import { programOf } from './ours.mjs';

const ROUNDS = 12;
const KINDS = ['fill', 'copy', 'scale', 'shift', 'add', 'sub', 'mul', 'div', ...UNARY];

/** M, N and K of a product of matrices. */
const sizesOf = (words) => [words[layout.GEMM_M], words[layout.GEMM_N], words[layout.GEMM_K]];

/** Floating-point operations of a stage that multiplies matrices. */
const flopsOf = ({ commands: [{ operation, words }], tasks }) => {
  if (KERNEL_NAMES[operation] === 'attention') {
    const m = words[layout.ATTENTION_M];
    const width = words[layout.ATTENTION_D] + words[layout.ATTENTION_E];
    return (2 * m * words[layout.ATTENTION_N] * width * tasks) / Math.ceil(m / words[layout.ATTENTION_TASK_ROWS]);
  }
  if (operation !== GEMM) return 0;
  const [m, n, k] = sizesOf(words);
  return (2 * m * n * k * tasks) / (Math.ceil(m / words[layout.GEMM_TASK_ROWS]) * Math.ceil(n / words[layout.GEMM_TASK_COLUMNS]));
};

const labelOf = ({ commands: [{ operation, kind, words }] }) => {
  if (operation === ELEMENTWISE) return `elementwise ${KINDS[kind]}`;
  if (operation === GEMM) return `gemm ${sizesOf(words).join('×')}`;
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
