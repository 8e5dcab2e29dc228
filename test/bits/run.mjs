// Runs the bits program, built, on each engine given as a command, and compares with the committed digest.
//
//   node test/bits/run.mjs [--write] [COMMAND…]     default COMMAND: this Node
//   node test/bits/run.mjs 'node' '/opt/node-24/bin/node' 'gjs -m' 'jsc -m'
import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const at = (path) => fileURLToPath(new URL(path, import.meta.url));
const PROGRAM = at('../../build/bits/test/bits/main.js');
const DIGEST = at('digest.txt');

/** Output of a command; an error that names it when it fails. */
const output = (command, ...args) => {
  const [program, ...first] = command.split(' ');
  const { status, stdout, stderr, error } = spawnSync(program, [...first, ...args], { encoding: 'utf8', timeout: 120_000 });
  if (error !== undefined || status !== 0) throw new Error(`${command}: ${error?.message ?? `exit ${status}`}\n${stdout}${stderr}`);
  return stdout.trim();
};
const lines = (text) => text.trim().split('\n');
const version = (command) => {
  const [program] = command.split(' ');
  try {
    return lines(output(program, '--version'))[0];
  } catch {
    return '';
  }
};

const args = process.argv.slice(2);
const commands = args.filter((arg) => !arg.startsWith('--'));
output(`${process.execPath} ${at('../../node_modules/typescript/bin/tsc')}`, '-p', at('.'));

if (args.includes('--write')) writeFileSync(DIGEST, `${lines(output(process.execPath, PROGRAM)).slice(0, -1).join('\n')}\n`);
const committed = lines(readFileSync(DIGEST, 'utf8'));
const controls = new Set();
let failed = 0;

for (const command of commands.length === 0 ? [process.execPath] : commands) {
  const got = lines(output(command, PROGRAM));
  controls.add(got.pop());
  const differing = [...committed.filter((line) => !got.includes(line)), ...got.filter((line) => !committed.includes(line))];
  const names = [...new Set(differing.map((line) => line.split('  ')[1]))];
  if (names.length > 0) failed++;
  console.log(
    `bits: ${names.length === 0 ? 'same   ' : 'DIFFER '} ${command} ${version(command)}${names.length === 0 ? '' : `: ${names.join(', ')}`}`,
  );
}
const ran = Math.max(1, commands.length);
console.log(`bits: ${committed.at(-1)?.split('  ')[0]}; engine's own Math: ${controls.size} different results on these ${ran} engines`);
console.log(`bits: ${ran - failed} of ${ran} engines agree`);
process.exitCode = failed === 0 ? 0 : 1;
