// Builds the page, opens it in headless Chromium and judges what it reports.
//
//   node test/browser/run.mjs [--modes webgl2,webgpu] [--only REGEXP] [--runs N] [--json FILE]
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { build } from 'vite';
import { reportOf } from './chromium.mjs';
import { serve } from './serve.mjs';

const at = (path) => fileURLToPath(new URL(path, import.meta.url));
const { values } = parseArgs({
  options: {
    modes: { type: 'string', default: 'webgl2,webgpu' },
    only: { type: 'string', default: '' },
    runs: { type: 'string', default: '1' },
    json: { type: 'string' },
  },
});
const { modes, only, runs } = values;

await build({
  root: at('.'),
  configFile: false,
  logLevel: 'warn',
  build: { outDir: at('../../build/browser'), emptyOutDir: true, chunkSizeWarningLimit: 4096 },
});
const server = await serve(at('../../build/browser'));
const { browser, report } = await reportOf(`${server.url}?${new URLSearchParams({ modes, only, runs })}`).finally(server.close);
if (values.json !== undefined) writeFileSync(values.json, `${JSON.stringify({ browser, ...report }, null, 2)}\n`);

const committed = readFileSync(at('../bits/digest.txt'), 'utf8').trim();
const checks = [
  ['the page is cross-origin isolated', report.crossOriginIsolated],
  ['the same bits as every other engine', report.bits === committed],
];
for (const mode of modes.split(',').filter((m) => m !== '')) {
  const outcomes = report.gpu.filter((outcome) => outcome.mode === mode);
  for (const { name, failure } of outcomes.filter(({ holds }) => !holds)) console.log(`FAIL  ${mode}: ${name}\n${failure}`);
  const sum = (f) => outcomes.reduce((total, outcome) => total + f(outcome), 0);
  const worst = outcomes.reduce((most, outcome) => (outcome.ratio > most.ratio ? outcome : most), { ratio: 0, name: 'none' });
  const held = outcomes.filter(({ holds }) => holds).length;
  checks.push([
    `${mode} on ${outcomes[0]?.device}: ${held} of ${outcomes.length} cases and laws hold, ` +
      `worst error / bound ${worst.ratio.toPrecision(3)} (${worst.name}), ${sum((o) => o.seconds).toFixed(0)} s`,
    outcomes.length > 0 && held === outcomes.length,
  ]);
}
for (const [name, good] of checks) console.log(`${good ? 'pass' : 'FAIL'}  ${browser}: ${name}`);
const failed = checks.filter(([, good]) => !good).length;
console.log(`browser: ${checks.length - failed} of ${checks.length} checks pass`);
process.exitCode = failed === 0 ? 0 : 1;
