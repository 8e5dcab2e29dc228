// Runs a forward pass and a gradient of a full-size DeiT-Ti on the reference and on the SIMD engine in float64, with one thread and with two,
// and compares every bit with the committed digest. In Chromium the page of test/browser does the same.
//
//   node test/bits/full.mjs [--write]     --write: the reference's digest becomes the committed one
import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import '../../src/simd/build/compile.mjs';

const at = (path) => fileURLToPath(new URL(path, import.meta.url));
const DIGEST = at('full.txt');

const { status, stdout } = spawnSync(process.execPath, [at('../../node_modules/typescript/bin/tsc'), '-p', at('.')], { encoding: 'utf8' });
if (status !== 0) throw new Error(`the program does not compile:\n${stdout}`);
const { ENGINES, fullBits } = await import('../../build/bits/test/bits/full.js');

const names = Object.keys(ENGINES);
let failed = 0;
for (const name of names) {
  const { describe, digest, seconds } = await fullBits(name);
  if (process.argv.includes('--write') && name === names[0]) writeFileSync(DIGEST, `${digest}\n`);
  const committed = readFileSync(DIGEST, 'utf8').trim().split('\n');
  const differing = digest.split('\n').filter((line, i) => line !== committed[i]);
  if (differing.length > 0) failed++;
  const first = differing[0]?.split('  ')[1];
  console.log(
    `full bits: ${differing.length === 0 ? 'same   ' : 'DIFFER '} Node ${process.version}, ${name}, ${seconds.toFixed(1)} s` +
      `${differing.length === 0 ? '' : `: ${differing.length} of ${committed.length} lines, the first ${first}`}\n  ${describe.join('\n  ')}`,
  );
}
console.log(`full bits: ${names.length - failed} of ${names.length} engines agree`);
process.exitCode = failed === 0 ? 0 : 1;
