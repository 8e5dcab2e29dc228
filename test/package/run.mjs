// Installs a packed tarball into an empty project, as a user would, and uses all of it.
//
//   node test/package/run.mjs TARBALL
import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'vite';
import { complaints, FOLDER, OWN_COMPILER, PROGRAMS, RESOLUTIONS, STRICTNESS } from '../types/compile.mjs';

/** The oldest TypeScript that reads our declarations. It is installed beside them: here its `tsc` would take the place of the other. */
const OLDEST = '5.4.5';

const at = (path) => fileURLToPath(new URL(path, import.meta.url));
const [tarball] = process.argv.slice(2);
if (tarball === undefined) throw new Error('give the tarball: node test/package/run.mjs deit-oracle-0.1.0.tgz');
const project = mkdtempSync(join(tmpdir(), 'deit-consumer-'));
const { exports: subpaths } = JSON.parse(readFileSync(at('../../package.json'), 'utf8'));
const modules = Object.keys(subpaths)
  .filter((subpath) => subpath !== './package.json')
  .map((subpath) => subpath.replace('.', 'deit-oracle'));

/** Runs a command in the project; its output, or an error that holds it. */
const run = (command, ...args) => {
  const { status, stdout, stderr, error } = spawnSync(command, args, { cwd: project, encoding: 'utf8', timeout: 600_000 });
  if (error !== undefined || status !== 0)
    throw new Error(`${command} ${args.join(' ')}: ${error?.message ?? `exit ${status}`}\n${stdout}${stderr}`);
  return stdout;
};

/** No module of ours that a browser loads may import one of Node's; packages have their own ways out (`browser` in package.json). */
const noNode = {
  name: 'no-node',
  enforce: 'pre',
  resolveId: (id, importer) => {
    if (isBuiltin(id) && importer?.includes('/deit-oracle/')) throw new Error(`${importer} imports ${id}, which no browser has`);
  },
};

const checks = {
  install: () => {
    writeFileSync(join(project, 'package.json'), JSON.stringify({ name: 'consumer', private: true, type: 'module' }));
    return run('npm', 'install', '--no-audit', '--no-fund', resolve(tarball)).trim().split('\n')[0];
  },
  'import every subpath': () => {
    const program = modules
      .map((name) => `{ const m = await import('${name}'); console.log('${name}', Object.keys(m).length); }`)
      .join('\n');
    writeFileSync(join(project, 'all.js'), program);
    const counts = run(process.execPath, 'all.js').trim().split('\n');
    const empty = counts.filter((line) => line.endsWith(' 0'));
    if (counts.length !== modules.length || empty.length > 0) throw new Error(`nothing is exported by ${empty.join(', ')}`);
    return counts.join(', ');
  },
  'deit --help': () => {
    const help = run('npx', '--no-install', 'deit', '--help');
    if (!/\bcheck\b/.test(help)) throw new Error(`the help does not name the check command:\n${help}`);
    return `${help.split('\n').length} lines`;
  },
  'deit check of one operation': () => {
    const lines = run('npx', '--no-install', 'deit', 'check', '--ops', 'gelu').trim().split('\n');
    return lines.at(-1);
  },
  'types of every subpath, of right programs and of wrong ones': () => {
    const everything = modules.map((name, i) => `import * as m${i} from '${name}';\nexport const n${i}: object = m${i};`).join('\n');
    writeFileSync(join(project, 'all.ts'), everything);
    for (const program of PROGRAMS) cpSync(join(FOLDER, program), join(project, program));
    run('npm', 'install', '--no-audit', '--no-fund', '--save-dev', '--save-exact', `typescript@${OLDEST}`);
    const oldest = join(project, 'node_modules/typescript/bin/tsc');
    const trials = RESOLUTIONS.flatMap((resolution) => [
      ...STRICTNESS.map((strictness) => ({ compiler: OWN_COMPILER, options: { ...resolution, ...strictness } })),
      // The old compiler is slow: without any of these options, and with all.
      ...[STRICTNESS[0], STRICTNESS.at(-1)].map((strictness) => ({ compiler: oldest, options: { ...resolution, ...strictness } })),
    ]);
    for (const { compiler, options } of trials) {
      const said = complaints(compiler, project, ['all.ts', ...PROGRAMS], options);
      if (said !== '') throw new Error(`${compiler} with ${JSON.stringify(options)}:\n${said}`);
    }
    const versions = [OWN_COMPILER, oldest].map((compiler) => run(process.execPath, compiler, '--version').trim());
    return `${versions.join(' and ')}, ${trials.length} ways, library files included`;
  },
  'bundle for a browser': async () => {
    const sizes = [];
    for (const name of modules) {
      writeFileSync(join(project, 'entry.js'), `import * as m from '${name}';\nglobalThis.loaded = m;\n`);
      const result = await build({
        root: project,
        configFile: false,
        logLevel: 'error',
        plugins: [noNode],
        build: { write: false, rollupOptions: { input: join(project, 'entry.js') } },
      });
      const { output } = Array.isArray(result) ? result[0] : result;
      sizes.push(`${name} ${Math.round(output.reduce((sum, chunk) => sum + (chunk.code ?? '').length, 0) / 1024)} KiB`);
    }
    return sizes.join(', ');
  },
};

let passed = 0;
let failed = 0;
for (const [name, check] of Object.entries(checks)) {
  const start = performance.now();
  const seconds = () => `${((performance.now() - start) / 1000).toFixed(1)} s`;
  try {
    const said = await check();
    passed++;
    console.log(`pass  package: ${name} (${seconds()}): ${said}`);
  } catch (error) {
    failed++;
    console.log(`FAIL  package: ${name} (${seconds()}): ${error.message}`);
  }
}
rmSync(project, { recursive: true });
console.log(`package: ${passed} of ${passed + failed} checks pass`);
process.exitCode = failed === 0 ? 0 : 1;
