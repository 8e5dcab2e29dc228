import { dirname, join } from 'node:path';
import { specifiers } from './imports.ts';
import { type Node, nodes } from './syntax.ts';

/** Which files of a set each of them imports, types included. */
export type Graph = ReadonlyMap<string, readonly string[]>;

/** The graph of some files by their texts. */
export const graphOf = (texts: ReadonlyMap<string, string>): Graph =>
  new Map(
    [...texts].map(([file, text]) => [
      file,
      specifiers(text).flatMap(({ name }) => {
        const target = name?.startsWith('.') ? join(dirname(file), name) : undefined;
        return target !== undefined && texts.has(target) ? [target] : [];
      }),
    ]),
  );

/** Everything that some files lead to, themselves included. */
export const reachable = (graph: Graph, from: readonly string[]): ReadonlySet<string> => {
  const seen = new Set<string>();
  const visit = (file: string): void => {
    if (seen.has(file)) return;
    seen.add(file);
    for (const next of graph.get(file) ?? []) visit(next);
  };
  for (const file of from) visit(file);
  return seen;
};

/**
 * The circles of a graph: groups of files that all lead to one another, each group in order.
 *
 * @example
 * circles(new Map([['a', ['b']], ['b', ['a']], ['c', ['a']]])) // [['a', 'b']]
 */
export const circles = (graph: Graph): readonly (readonly string[])[] => {
  const beyond = new Map([...graph].map(([file, next]) => [file, reachable(graph, next)]));
  const inCircle = [...graph.keys()].filter((file) => beyond.get(file)?.has(file));
  const groups = inCircle.map((file) => inCircle.filter((other) => beyond.get(file)?.has(other) && beyond.get(other)?.has(file)).sort());
  return groups.filter((group, i) => groups.findIndex((other) => other.join() === group.join()) === i);
};

const declared = (declaration: Node): readonly string[] =>
  declaration.type === 'VariableDeclaration'
    ? (declaration.declarations as readonly Node[]).flatMap(({ id }) => (id as Node).name as string)
    : [(declaration.id as Node).name as string];

/** Names that a file defines and exports. */
export const exportsOf = (text: string): readonly string[] =>
  nodes(text).flatMap(({ node, parent }) =>
    node.type === 'ExportNamedDeclaration' && parent?.type === 'Program' && node.declaration ? declared(node.declaration as Node) : [],
  );

/** How often each name stands in a text, outside of comments and strings. */
export const namesIn = (text: string): ReadonlyMap<string, number> => {
  const counts = new Map<string, number>();
  for (const { node } of nodes(text))
    if (node.type === 'Identifier') counts.set(node.name as string, (counts.get(node.name as string) ?? 0) + 1);
  return counts;
};
