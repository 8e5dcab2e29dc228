import { join } from 'node:path';
import { type Node, nodes, once, read } from './syntax.ts';

/** Entry files by the subpath of the package that they are: `.`, `./io` … */
export const ENTRIES: Readonly<Record<string, string>> = {
  '.': 'src/index.ts',
  './language': 'src/language.ts',
  './math': 'src/math.ts',
  './gpu': 'src/gpu/index.ts',
  './simd': 'src/simd/index.ts',
  './io': 'src/io/index.ts',
  './oracle': 'src/oracle/index.ts',
  './properties': 'properties/index.ts',
  './precise': 'src/precise/index.ts',
};

/** A name that users can import, with what its comment says. */
export interface Published {
  readonly name: string;
  readonly file: string;
  /** The doc comment right before it, empty where there is none. */
  readonly comment: string;
}

const COMMENT_BEFORE = /\/\*\*(?:(?!\*\/)[\s\S])*\*\/\s*(?:\/\/[^\n]*\n\s*)?$/;

const commentBefore = (text: string, { start }: Node): string => COMMENT_BEFORE.exec(text.slice(0, start))?.[0] ?? '';

const statements = (text: string): readonly Node[] => nodes(text).flatMap(({ node, parent }) => (parent?.type === 'Program' ? [node] : []));

const declaredNames = (declaration: Node): readonly string[] =>
  declaration.type === 'VariableDeclaration'
    ? (declaration.declarations as readonly Node[]).map((d) => (d.id as Node).name as string)
    : [(declaration.id as Node).name as string];

/** What a file defines and exports, or exports of another file. */
const exported: (file: string) => readonly Published[] = once((file) => {
  const text = read(file);
  return statements(text).flatMap((node): readonly Published[] => {
    const from = (): string => join(file, '..', (node.source as Node).value as string);
    if (node.type === 'ExportAllDeclaration') return exported(from());
    if (node.type !== 'ExportNamedDeclaration') return [];
    if (node.declaration)
      return declaredNames(node.declaration as Node).map((name) => ({ name, file, comment: commentBefore(text, node) }));
    const specifiers = node.specifiers as readonly Node[];
    const names = specifiers.map((s) => [(s.local as Node).name as string, (s.exported as Node).name as string] as const);
    if (!node.source) return imported(text, file, names);
    const there = exported(from());
    return names.flatMap(([local, name]) => there.filter((p) => p.name === local).map((p) => ({ ...p, name })));
  });
});

/** Names that a file imports and exports again, where they are defined. */
const imported = (text: string, file: string, names: readonly (readonly [string, string])[]): readonly Published[] =>
  statements(text)
    .filter((node) => node.type === 'ImportDeclaration' && String((node.source as Node).value).startsWith('.'))
    .flatMap((node) => {
      const local = new Set((node.specifiers as readonly Node[]).map((s) => (s.local as Node).name as string));
      const there = exported(join(file, '..', (node.source as Node).value as string));
      return names.flatMap(([own, name]) => (local.has(own) ? there.filter((p) => p.name === own).map((p) => ({ ...p, name })) : []));
    });

/** Everything that users can import from an entry file. */
export const published = (entry: string): readonly Published[] => exported(entry);
