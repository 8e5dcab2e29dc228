import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { COMMANDS } from '../../src/cli/command/index.ts';
import { type Node, nodes, read } from '../repository/syntax.ts';

/** The files that a file loads before it runs: those that it imports or exports again, types and `import()` apart. */
const loads = (file: string): readonly string[] =>
  nodes(read(file)).flatMap(({ node }) => {
    const loading = ['ImportDeclaration', 'ExportAllDeclaration', 'ExportNamedDeclaration'].includes(node.type);
    const type = node.importKind === 'type' || node.exportKind === 'type';
    const from = (node.source as Node | null | undefined)?.value;
    return loading && !type && typeof from === 'string' && from.startsWith('.') ? [join(dirname(file), from)] : [];
  });

/** A file and all that is loaded with it. */
const closure = (file: string): readonly string[] => {
  const found = new Set([file]);
  for (const each of found) for (const next of loads(each)) found.add(next);
  return [...found];
};
const commandFile = (name: string): string => `src/cli/command/${name}.ts`;
const names = Object.keys(COMMANDS);

describe('a command loads what it needs and no more', () => {
  it('deit alone loads no command, nor what one computes with', () => {
    const all = closure('src/cli/main.ts');
    expect(all).toContain('src/cli/command/index.ts');
    expect(all.filter((file) => !/^src\/cli\/((main|run|command\/index)\.ts$|shell\/)/.test(file))).toEqual([]);
  });

  it.each(names)('%s loads no other command and no engine but the reference', (name) => {
    const all = closure(commandFile(name));
    expect(all.length).toBeGreaterThan(2);
    expect(all.filter((file) => /^src\/cli\/(command\/|run)/.test(file))).toEqual([commandFile(name)]);
    expect(all.filter((file) => /^src\/(gpu|simd)\//.test(file))).toEqual([]);
  });

  it.each(['forward', 'predict', 'convert', 'info'])('%s loads nothing of the oracle', (name) => {
    expect(closure(commandFile(name)).filter((file) => /^src\/(core\/)?oracle\//.test(file))).toEqual([]);
  });
});
