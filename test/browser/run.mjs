// Builds the page, opens it in headless Chromium and judges what it reports.
//
//   node test/browser/run.mjs [--json FILE]
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { build } from 'vite';
import { reportOf } from './chromium.mjs';
import { serve } from './serve.mjs';

const at = (path) => fileURLToPath(new URL(path, import.meta.url));
const { values } = parseArgs({ options: { json: { type: 'string' } } });

await build({
  root: at('.'),
  configFile: false,
  logLevel: 'warn',
  build: { outDir: at('../../build/browser'), emptyOutDir: true, chunkSizeWarningLimit: 4096 },
});
const server = await serve(at('../../build/browser'));
const { browser, report } = await reportOf(server.url).finally(server.close);
if (values.json !== undefined) writeFileSync(values.json, `${JSON.stringify({ browser, ...report }, null, 2)}\n`);

const committed = readFileSync(at('../bits/digest.txt'), 'utf8').trim();
const checks = [
  ['the page is cross-origin isolated', report.crossOriginIsolated],
  ['the same bits as every other engine', report.bits === committed],
];
for (const [name, good] of checks) console.log(`${good ? 'pass' : 'FAIL'}  ${browser}: ${name}`);
const failed = checks.filter(([, good]) => !good).length;
console.log(`browser: ${checks.length - failed} of ${checks.length} checks pass`);
process.exitCode = failed === 0 ? 0 : 1;
