import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** Before any test: the WebAssembly kernels, compiled where they are older than their sources. */
export default (): void => {
  execFileSync(process.execPath, [fileURLToPath(new URL('../../src/simd/build/compile.mjs', import.meta.url))], { stdio: 'inherit' });
};
