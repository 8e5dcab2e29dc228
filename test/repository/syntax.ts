import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseAst } from 'vite';

/** A node of a syntax tree (ESTree with TypeScript's own nodes): only what the rules look at. */
export interface Node {
  readonly type: string;
  readonly start: number;
  readonly [field: string]: unknown;
}

/** One node, and the field of its parent that holds it. */
export interface Visit {
  readonly node: Node;
  readonly parent: Node | undefined;
  readonly field: string;
}

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

/** Absolute path of a file named from the root of the repository. */
export const fromRoot = (path: string): string => join(ROOT, path);

/** Every file below `folder` whose name ends so, named from the root of the repository. */
export const filesBelow = (folder: string, ending: string): readonly string[] =>
  readdirSync(fromRoot(folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith(ending))
    .map((name) => join(folder, name))
    .sort();

/** Every TypeScript file below `folder`, named from the root of the repository. */
export const typescriptFiles = (folder: string): readonly string[] => filesBelow(folder, '.ts');

export const read = (path: string): string => readFileSync(fromRoot(path), 'utf8');

const isNode = (value: unknown): value is Node => typeof value === 'object' && value !== null && typeof (value as Node).type === 'string';

/** What was found for each argument, found once: many rules look at the same files. */
export const once = <A>(find: (of: string) => A): ((of: string) => A) => {
  const known = new Map<string, A>();
  return (of) => {
    const found = known.get(of) ?? find(of);
    known.set(of, found);
    return found;
  };
};

/** Every node of a TypeScript text, parents first. Throws on text that does not parse. */
export const nodes = once((text: string): readonly Visit[] => {
  const found: Visit[] = [];
  const visit = (node: Node, parent: Node | undefined, field: string): void => {
    found.push({ node, parent, field });
    for (const [name, value] of Object.entries(node))
      for (const child of Array.isArray(value) ? value : [value]) if (isNode(child)) visit(child, node, name);
  };
  visit(parseAst(text, { lang: 'ts' }) as unknown as Node, undefined, '');
  return found;
});

/** Line of an offset, from 1. */
export const lineOf = (text: string, offset: number): number => text.slice(0, offset).split('\n').length;
