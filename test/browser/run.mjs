// Builds the page, opens it in headless Chromium and judges what it reports.
//
//   node test/browser/run.mjs [--modes webgl2,webgpu] [--simd F64:1,F64:2,F32:1,F32:2] [--no-full] [--only REGEXP] [--runs N] [--json FILE]
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { build } from 'vite';
import '../../src/simd/build/compile.mjs';
import { reportOf } from './chromium.mjs';
import { serve } from './serve.mjs';

const at = (path) => fileURLToPath(new URL(path, import.meta.url));
const BUILT = at('../../build/browser');
const { values } = parseArgs({
  allowNegative: true,
  options: {
    modes: { type: 'string', default: 'webgl2,webgpu' },
    simd: { type: 'string', default: 'F64:1,F64:2,F32:1,F32:2' },
    full: { type: 'boolean', default: true },
    only: { type: 'string', default: '' },
    runs: { type: 'string', default: '1' },
    json: { type: 'string' },
  },
});
const { modes, simd, full, only, runs } = values;
const committed = (file) => readFileSync(at(`../bits/${file}`), 'utf8').trim();
const items = (text) => text.split(',').filter((item) => item !== '');

await build({
  root: at('.'),
  configFile: false,
  logLevel: 'warn',
  build: { outDir: BUILT, emptyOutDir: true, chunkSizeWarningLimit: 4096 },
});

/** What the page reports when it is served so and asked that. */
const reported = async (isolated, question) => {
  const server = await serve(BUILT, { isolated });
  return reportOf(`${server.url}?${new URLSearchParams(question)}`).finally(server.close);
};

const checks = [];
const expect = (name, good) => checks.push([name, good]);

/** All cases and laws on one engine hold. */
const judge = ({ engine, device, outcomes }) => {
  for (const { name, failure } of outcomes.filter(({ holds }) => !holds)) console.log(`FAIL  ${engine}: ${name}\n${failure}`);
  const seconds = outcomes.reduce((sum, outcome) => sum + outcome.seconds, 0);
  const worst = outcomes.reduce((most, outcome) => (outcome.ratio > most.ratio ? outcome : most), { ratio: 0, name: 'none' });
  const held = outcomes.filter(({ holds }) => holds).length;
  expect(
    `${engine}, on ${device}: ${held} of ${outcomes.length} cases and laws hold, ` +
      `worst error / bound ${worst.ratio.toPrecision(3)} (${worst.name}), ${seconds.toFixed(0)} s`,
    outcomes.length > 0 && held === outcomes.length,
  );
};

const { browser, report } = await reported(true, { modes, simd, only, runs, ...(full ? { full: '' } : {}) });
expect('the page is cross-origin isolated', report.crossOriginIsolated);
expect('the same bits as every other engine', report.bits === committed('digest.txt'));
for (const tried of [...report.gpu, ...report.simd]) judge(tried);
expect('everything asked for was tried', report.gpu.length + report.simd.length === items(`${modes},${simd}`).length);
for (const dtype of ['F64', 'F32']) {
  const bits = report.simd.filter((tried) => tried.dtype === dtype).map((tried) => tried.bits);
  if (bits.length > 1) expect(`simd ${dtype}: the same bits with any number of threads`, new Set(bits).size === 1);
}
for (const [engine, { digest, describe, seconds }] of Object.entries(report.full))
  expect(`the bits of a full-size model, ${engine}, ${seconds.toFixed(1)} s (${describe.join('; ')})`, digest === committed('full.txt'));
const [failed, again] = report.failure;
expect(`threads that fail are one error: ${failed}`, /a worker thread died/.test(failed));
expect(`and the next run gives ${again}`, again === 'the bits of the reference');

const alone = (await reported(false, { simd: 'F64:2,F32:2', only: '^model: ', runs })).report;
expect('a page served without the headers is not cross-origin isolated', !alone.crossOriginIsolated);
for (const tried of alone.simd) {
  judge(tried);
  expect(
    `${tried.engine}, says there why it has one thread`,
    tried.device.includes('1 thread, because this page is not cross-origin isolated'),
  );
}

if (values.json !== undefined) writeFileSync(values.json, `${JSON.stringify({ browser, ...report, alone }, null, 2)}\n`);
for (const [name, good] of checks) console.log(`${good ? 'pass' : 'FAIL'}  ${browser}: ${name}`);
const wrong = checks.filter(([, good]) => !good).length;
console.log(`browser: ${checks.length - wrong} of ${checks.length} checks pass`);
process.exitCode = wrong === 0 ? 0 : 1;
