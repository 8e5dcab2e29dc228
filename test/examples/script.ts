import { transformWithOxc } from 'vite';
import { type Node, nodes } from '../repository/syntax.ts';
import { expression } from './expectation.ts';

/** An example as the body of an async function: it calls `__claim` for every line that states a value. */
export interface Script {
  readonly body: string;
  /** Names that the example uses and does not define. */
  readonly free: readonly string[];
  /** Import declarations, which a function body cannot hold. */
  readonly imports: readonly { readonly module: string; readonly names: Readonly<Record<string, string>> }[];
  /** How many values the example states. */
  readonly claims: number;
}

const isLabel = (node: Node | undefined, field: string): boolean =>
  node !== undefined &&
  node.computed !== true &&
  ((node.type === 'MemberExpression' && field === 'property') || (field === 'key' && node.shorthand !== true));

/** Names a text refers to or defines. Types have been removed before. */
const identifiers = (text: string): ReadonlySet<string> =>
  new Set(
    nodes(text).flatMap(({ node, parent, field }) => (node.type === 'Identifier' && !isLabel(parent, field) ? [node.name as string] : [])),
  );

/** Names that a text's declarations and parameters define. */
const definitions = (text: string): ReadonlySet<string> =>
  new Set(
    nodes(text).flatMap(({ node }) => {
      const patterns =
        node.type === 'VariableDeclarator' || node.type === 'FunctionDeclaration' || node.type === 'ClassDeclaration'
          ? [node.id as Node, ...((node.params as readonly Node[] | undefined) ?? [])]
          : ((node.params as readonly Node[] | undefined) ?? []);
      return Array.isArray(patterns) ? patterns.flatMap((pattern) => bound(pattern)) : [];
    }),
  );

const bound = (pattern: Node): readonly string[] => {
  if (pattern.type === 'Identifier') return [pattern.name as string];
  if (pattern.type === 'ObjectPattern')
    return (pattern.properties as readonly Node[]).flatMap((p) => bound((p.value ?? p.argument) as Node));
  if (pattern.type === 'ArrayPattern') return (pattern.elements as readonly (Node | null)[]).flatMap((p) => (p === null ? [] : bound(p)));
  if (pattern.type === 'AssignmentPattern') return bound(pattern.left as Node);
  return pattern.type === 'RestElement' ? bound(pattern.argument as Node) : [];
};

const importNames = (node: Node): Readonly<Record<string, string>> =>
  Object.fromEntries(
    (node.specifiers as readonly Node[]).map((s) => [
      (s.local as Node).name as string,
      s.type === 'ImportSpecifier' ? ((s.imported as Node).name as string) : s.type === 'ImportDefaultSpecifier' ? 'default' : '*',
    ]),
  );

const parses = (text: string): boolean => {
  try {
    nodes(`(${text}\n)`);
    return true;
  } catch {
    return false;
  }
};

/** The comment that states the value of a statement: on its last line, or alone on the lines below it. */
const statedBelow = (after: string): string => {
  const [line = '', ...below] = after.split('\n');
  const same = /^\s*;?\s*\/\/ ?(.*)$/.exec(line);
  if (same !== null) return (same[1] as string).trim();
  const lines: string[] = [];
  for (const next of below) {
    const comment = /^\s*\/\/ ?(.*)$/.exec(next);
    if (comment === null) break;
    lines.push(comment[1] as string);
  }
  return lines.join(' ').trim();
};

/** The script of an example. Throws when its text is not TypeScript. */
export const script = async (code: string): Promise<Script> => {
  const top = nodes(code).filter(({ parent }) => parent?.type === 'Program');
  let claims = 0;
  const parts = top.map(({ node }) => {
    const source = code.slice(node.start, node.end as number);
    if (node.type === 'ImportDeclaration') return '';
    if (node.type !== 'ExpressionStatement') return source;
    const stated = statedBelow(code.slice(node.end as number));
    const run = `async () => (${source.replace(/;\s*$/, '')}\n)`;
    if (stated === '') return `await (${run})();`;
    claims++;
    const wanted = expression(stated);
    return `await __claim(${JSON.stringify(stated)}, ${run}, ${parses(wanted) ? `() => (${wanted}\n)` : 'undefined'});`;
  });
  const imports = top
    .filter(({ node }) => node.type === 'ImportDeclaration')
    .map(({ node }) => ({ module: (node.source as { readonly value: string }).value, names: importNames(node) }));
  const { code: body } = await transformWithOxc(`export const __example = async () => {\n${parts.join('\n')}\n};`, 'example.ts');
  const known = new Set([...definitions(body), ...imports.flatMap(({ names }) => Object.keys(names)), '__example']);
  const free = [...identifiers(body)].filter((name) => !known.has(name) && !(name in globalThis));
  return { body: body.replace(/^export const __example =/m, 'return').replace(/;\s*$/, ''), free, imports, claims };
};
