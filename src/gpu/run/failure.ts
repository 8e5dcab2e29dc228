import { type EngineError, engineError, shortageIn } from '../../core/engine/engine.ts';

/** What gpu.js, Dawn or the browser say, by what it means and what to do about it. */
const KNOWN: readonly (readonly [pattern: RegExp, stage: EngineError['stage'], meaning: string, lack?: EngineError['lack']])[] = [
  [/device (was )?lost|context lost|device is lost/i, 'run', 'the GPU device was lost (reset or taken away); run again to get a new one'],
  [
    /requested mode of/i,
    'device',
    'there is no such mode here (webgl2 runs in browsers, where npm run test:browser checks it); use cpu, webasm or webgpu',
  ],
  [/no adapter/i, 'device', 'no WebGPU adapter: install a Vulkan driver, or name a software one in VK_ICD_FILENAMES, or use mode webasm'],
  [
    /allows \d+ per storage buffer|larger than|exceeds|out of memory|allocation failed/i,
    'run',
    'a buffer is over what the device allows; use a smaller batch',
    'memory',
  ],
  [
    /compil|shader|WGSL|GLSL|not supported|does not yet support|unhandled|unexpected token/i,
    'compile',
    'a kernel did not compile; please report it with the mode and the message',
  ],
  [/worker|barrier/i, 'run', 'a worker thread died; run again, or use threads: false'],
];

/** An exception from below as one plain sentence; `stage` where the message does not tell. */
export const failure = (stage: EngineError['stage'], mode: string, cause: unknown): EngineError => {
  const said = (cause instanceof Error ? cause.message : String(cause)).split('\n--- generated')[0].replace(/\s+/g, ' ').slice(0, 400);
  const known = KNOWN.find(([pattern]) => pattern.test(said));
  if (known === undefined) return engineError(stage, `${mode}: ${said}`, shortageIn(cause));
  const [, where, meaning, lack] = known;
  return engineError(where, `${mode}: ${meaning} (${said})`, lack);
};
