import { describe, expect, it } from 'vitest';
import { foreignImports, RULES } from './imports.ts';
import { read, typescriptFiles } from './syntax.ts';

const files = [...typescriptFiles('src'), ...typescriptFiles('properties')];
const declared = JSON.parse(read('package.json')) as { readonly dependencies: Record<string, string> };

describe('every file imports what its layer allows', () => {
  it('has files to judge in every area', () => {
    for (const area of ['src/core', 'src/io', 'properties']) expect(files.some((file) => file.startsWith(area))).toBe(true);
  });
  it.each(files)('%s', (file) => expect(foreignImports(file, read(file))).toEqual([]));
});

describe('what the published files import is installed with them', () => {
  const packages = [...new Set(Object.values(RULES).flatMap((rule) => rule.packages))];
  it.each(packages)('%s', (name) => expect(Object.keys(declared.dependencies)).toContain(name));
});

describe('the rule bites', () => {
  it.each([
    ['src/core/language/ops.ts', "import { a } from '../../gpu/index.ts'"],
    ['src/core/interpret/reference.ts', "import type { a } from '../../io/error.ts'"],
    ['src/core/a.ts', "export * from '../oracle/index.ts'"],
    ['src/core/a.ts', "export { a } from '../precise/index.ts'"],
    ['src/core/a.ts', "type A = import('../cli/main.ts').A"],
    ['src/core/a.ts', "const a = await import('../simd/index.ts')"],
    ['src/core/a.ts', "import { readFileSync } from 'node:fs'"],
    ['src/core/a.ts', "import fs from 'fs'"],
    ['src/core/a.ts', "import { create } from 'mathjs'"],
    ['src/core/a.ts', "import { a } from '../../properties/index.ts'"],
    ['src/core/a.ts', "import { a } from '../../test/golden/index.ts'"],
    ['src/core/a.ts', "import '../index.ts'"],
    ['src/core/a.ts', "const fs = require('fs')"],
    ['src/core/a.ts', 'const a = await import(name)'],
    ['src/core/a.ts', "const name = 'node:fs'; const a = await import(name)"],
    ['src/gpu/a.ts', "import { a } from '../io/index.ts'"],
    ['src/gpu/a.ts', "import { a } from '../simd/index.ts'"],
    ['src/gpu/a.ts', "import { readFileSync } from 'node:fs'"],
    ['src/simd/a.ts', "import { a } from '../gpu/index.ts'"],
    ['src/io/a.ts', "import { a } from '../oracle/index.ts'"],
    ['src/precise/a.ts', "import { a } from '../oracle/index.ts'"],
    ['src/oracle/a.ts', "import { a } from '../gpu/index.ts'"],
    ['src/oracle/a.ts', "import { a } from '../cli/main.ts'"],
    ['properties/a.ts', "import { a } from '../src/gpu/index.ts'"],
    ['properties/a.ts', "import { it } from 'vitest'"],
    ['src/index.ts', "export * from './gpu/index.ts'"],
    ['src/elsewhere/a.ts', 'export const a = 1'],
  ])('on %s: %s', (path, text) => expect(foreignImports(path, text)).toHaveLength(1));

  it.each([
    ['src/core/interpret/a.ts', "import { a } from '../language/ops.ts'; import * as E from 'fp-ts/lib/Either.js'"],
    [
      'src/oracle/a.ts',
      "import { a } from '../core/language/ops.ts'; import { b } from '../io/index.ts'; import { spawn } from 'node:child_process'",
    ],
    ['src/cli/a.ts', "import { a } from '../gpu/index.ts'; const b = await import('../precise/index.ts')"],
    ['properties/a.ts', "import { a } from '../src/core/language/ops.ts'"],
    ['src/gpu/a.ts', "const dawn = 'webgpu'; const { create } = await import(dawn)"],
    ['src/core/a.ts', "const text = \"import fs from 'fs'\"; // import '../gpu/index.ts'"],
  ])('not on %s: %s', (path, text) => expect(foreignImports(path, text)).toEqual([]));
});
