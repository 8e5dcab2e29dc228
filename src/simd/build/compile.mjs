// Compiles the kernels to WebAssembly, as base64 in ../generated/modules.ts. Does nothing when that file is up to date.
//
//   node src/simd/build/compile.mjs
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const at = (path) => fileURLToPath(new URL(path, import.meta.url));
const OUT = at('../generated/modules.ts');
const FLAGS = [
  [
    '-O3',
    '--noAssert',
    '--runtime',
    'stub',
    '--importMemory',
    '--sharedMemory',
    '--initialMemory',
    '1',
    '--maximumMemory',
    '65536',
    '--memoryBase',
    '64',
  ],
  ['--enable', 'simd', '--enable', 'threads', '--disableWarning', '112'],
].flat();
const LDEXP = 'part/ldexp';
/** What to build: name, entry, further flags. */
const MODULES = [
  ['F64', 'f64.ts', []],
  ['F32', 'f32.ts', []],
  ['F32_FUSED', 'f32.ts', ['--enable', 'relaxed-simd', '--use', 'FUSED=1']],
];

const sources = ['./', '../kernels/', '../../core/math/'].flatMap((folder) =>
  readdirSync(at(folder), { recursive: true })
    .filter((name) => name.endsWith('.ts') || name.endsWith('.mjs'))
    .map((name) => at(folder) + name),
);
const digest = createHash('sha256');
for (const path of sources.sort()) digest.update(readFileSync(path));
digest.update(JSON.parse(readFileSync(at('../../../package.json'), 'utf8')).devDependencies.assemblyscript);
const stamp = `// ${digest.digest('hex')}`;

if (!existsSync(OUT) || !readFileSync(OUT, 'utf8').startsWith(stamp)) {
  const { main } = await import('assemblyscript/asc');
  const { vectorised } = await import('./vectorise.mjs');
  /** A source. `wide/NAME.ts` is `core/math/NAME.ts` on two numbers at a time, made here; but `part/ldexp`, which has a text of its own. */
  const read = (path) => {
    const [, name] = path.match(/\/wide\/([a-z0-9-/]+)\.ts$/) ?? [];
    const real = name === undefined ? path : at(name === LDEXP ? '../kernels/math/ldexp64.ts' : `../../core/math/${name}.ts`);
    if (!existsSync(real)) return null;
    const text = readFileSync(real, 'utf8');
    return name === undefined || name === LDEXP ? text : vectorised(text);
  };
  const lines = [stamp, '// Made by ../build/compile.mjs from the kernels; do not edit.'];
  for (const [name, entry, flags] of MODULES) {
    const written = new Map();
    const { error, stderr } = await main([at(`../kernels/${entry}`), ...FLAGS, ...flags, '--outFile', 'out.wasm'], {
      readFile: (file, base) => read(file.startsWith('/') ? file : join(base, file)),
      writeFile: (file, contents) => written.set(file, contents),
      listFiles: () => [],
    });
    if (error) throw new Error(`${entry}: ${error.message}\n${stderr.toString()}`);
    lines.push(`export const ${name}: string = '${Buffer.from(written.get('out.wasm')).toString('base64')}';`);
  }
  mkdirSync(at('../generated'), { recursive: true });
  // In one step, so that whoever reads meanwhile sees the old file or the new one.
  writeFileSync(`${OUT}.${process.pid}.tmp`, `${lines.join('\n')}\n`);
  renameSync(`${OUT}.${process.pid}.tmp`, OUT);
}
