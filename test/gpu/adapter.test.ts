import * as E from 'fp-ts/lib/Either.js';
import { expect, it } from 'vitest';
import { gpuEngine } from '../../src/gpu/index.ts';

// A file of its own: whoever asks for WebGPU first in a process decides which drivers it sees.
it('a WebGPU adapter that is missing is an error that says what to do, or the next mode', async (context) => {
  process.env.VK_ICD_FILENAMES = '/there/is/no/driver.json';
  const found = await gpuEngine({ mode: 'webgpu' })();
  if (E.isRight(found)) {
    found.right.dispose();
    return context.skip(`${found.right.device} needs no Vulkan driver`);
  }
  expect(found.left.stage).toBe('device');
  expect(found.left.message).toMatch(/^webgpu: no WebGPU adapter: install a Vulkan driver, or .* VK_ICD_FILENAMES, or use mode webasm/);
  const other = await gpuEngine({ mode: 'webgpu', fallback: true, threads: false })();
  expect(E.isRight(other) && other.right.mode).toBe('webasm');
  if (E.isRight(other)) other.right.dispose();
});
