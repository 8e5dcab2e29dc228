import { gpuEngine } from '../../dist/src/gpu/index.js';
import { loadOurs, run } from './ours.mjs';

export const load = async (job) => {
  const engine = await run(gpuEngine({ mode: job.options.mode, threads: job.options.threads > 1 }));
  const { describe, ...loaded } = await loadOurs(engine, job);
  return { ...loaded, describe: `${describe}; ${engine.device}` };
};
