import { existsSync } from 'node:fs';
import { join } from 'node:path';

const here = import.meta.dirname;
const NEEDED = [
  ['node_modules', 'the peers are not installed: run npm ci --prefix bench'],
  ['../dist/src/simd/index.js', 'the project is not built: run npm run build'],
];
const [, missing] = NEEDED.find(([path]) => !existsSync(join(here, path))) ?? [];

try {
  if (missing !== undefined) throw new Error(missing);
  const { main } = await import('./main.mjs');
  await main(process.argv.slice(2));
} catch (reason) {
  console.error(`bench: ${reason instanceof Error ? reason.message : reason}`);
  if (process.env.BENCH_DEBUG !== undefined) console.error(reason);
  process.exitCode = 1;
}
