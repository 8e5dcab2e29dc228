import { simdEngine } from '../../dist/src/simd/index.js';
import { loadOurs, run } from './ours.mjs';

export const load = async (job) => {
  const { dtype, threads, fused } = job.options;
  return loadOurs(await run(simdEngine({ dtype, threads, fused })), job);
};
