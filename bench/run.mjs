import { existsSync } from 'node:fs';
import { join } from 'node:path';

const BUILT = join(import.meta.dirname, '../dist/src/simd/index.js');

try {
  if (!existsSync(BUILT)) throw new Error('the project is not built: run npm run build');
  const { main } = await import('./main.mjs');
  await main(process.argv.slice(2));
} catch (reason) {
  console.error(`bench: ${reason instanceof Error ? reason.message : reason}`);
  if (process.env.BENCH_DEBUG !== undefined) console.error(reason);
  process.exitCode = 1;
}
