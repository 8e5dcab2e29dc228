// What TypeScript says of the programs here, the right ones and the wrong ones, as a user of the package compiles them.
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The programs, which import the package by its name. */
export const PROGRAMS = ['right.ts', 'wrong.ts'];
/** Where they lie. */
export const FOLDER = fileURLToPath(new URL('programs/', import.meta.url));
/** The compiler that this repository uses. */
export const OWN_COMPILER = fileURLToPath(new URL('../../node_modules/typescript/bin/tsc', import.meta.url));

/** How a project may find its modules. */
export const RESOLUTIONS = [
  { module: 'nodenext', moduleResolution: 'nodenext' },
  { module: 'esnext', moduleResolution: 'bundler' },
];

const UNCHECKED = { noUncheckedIndexedAccess: true };
const EXACT = { exactOptionalPropertyTypes: true };
/** Options beside `strict` that change what an input or a result may be: none, each and both. */
export const STRICTNESS = [{}, UNCHECKED, EXACT, { ...UNCHECKED, ...EXACT }];

/** What a compiler says of files of a folder, declarations that they import among them: nothing where they are as they should be. */
export const complaints = (compiler, folder, files, options) => {
  const compilerOptions = {
    noEmit: true,
    strict: true,
    skipLibCheck: false,
    target: 'es2022',
    lib: ['es2023', 'dom'],
    types: [],
    ...options,
  };
  const config = join(folder, 'tsconfig.json');
  writeFileSync(config, JSON.stringify({ compilerOptions, files }));
  const { status, stdout, stderr, error } = spawnSync(process.execPath, [compiler, '-p', config, '--pretty', 'false'], {
    cwd: folder,
    encoding: 'utf8',
    timeout: 600_000,
  });
  if (error !== undefined) throw error;
  return status === 0 ? '' : `${stdout}${stderr}` || `exit ${status}`;
};
