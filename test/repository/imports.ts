import { isBuiltin } from 'node:module';
import { dirname, join } from 'node:path';
import { lineOf, type Node, nodes } from './syntax.ts';

/** What the files of one area may import. */
interface Rule {
  /** Areas of this repository, besides their own. */
  readonly areas: readonly string[];
  /** Packages from the registry. */
  readonly packages: readonly string[];
  /** Whether Node's own modules are at hand: never in what must run in a browser. */
  readonly node: boolean;
}

/** The layers. A folder that is not here may import nothing but itself. */
export const RULES: Readonly<Record<string, Rule>> = {
  'src/core': { areas: [], packages: ['fp-ts', 'pure-rand'], node: false },
  'src/gpu': { areas: ['src/core'], packages: ['fp-ts', 'gpu.js', 'webgpu'], node: false },
  'src/simd': { areas: ['src/core'], packages: ['fp-ts'], node: true },
  'src/io': { areas: ['src/core'], packages: ['fp-ts', 'pako', 'pbf'], node: true },
  'src/precise': { areas: ['src/core'], packages: ['fp-ts', 'mathjs'], node: false },
  'src/oracle': { areas: ['src/core', 'src/io'], packages: ['fp-ts', 'pure-rand'], node: true },
  'src/cli': {
    areas: ['src/core', 'src/gpu', 'src/simd', 'src/io', 'src/precise', 'src/oracle', 'properties'],
    packages: ['fp-ts', 'pure-rand'],
    node: true,
  },
  'src/index.ts': { areas: ['src/core'], packages: [], node: false },
  'src/language.ts': { areas: ['src/core'], packages: [], node: false },
  'src/math.ts': { areas: ['src/core'], packages: [], node: false },
  properties: { areas: ['src/core'], packages: ['fp-ts', 'pure-rand', 'fast-check'], node: false },
};

const AREAS = Object.keys(RULES);
const areaOf = (path: string): string | undefined => AREAS.find((area) => path === area || path.startsWith(`${area}/`));
const packageOf = (specifier: string): string =>
  specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/');

/** Every module a text names: import, export from, import(), require(), types included. A name that cannot be known is `undefined`. */
export const specifiers = (text: string): readonly { readonly name: string | undefined; readonly line: number }[] => {
  const all = nodes(text).map(({ node }) => node);
  const constants = new Map(
    all.flatMap((node) => (node.type === 'VariableDeclarator' && node.init !== null ? [[(node.id as Node).name, node.init as Node]] : [])),
  );
  return all.flatMap((node) => {
    const called = node.type === 'CallExpression' && (node.callee as Node).name === 'require';
    const named =
      ['ImportDeclaration', 'ExportAllDeclaration', 'ExportNamedDeclaration', 'ImportExpression', 'TSImportType'].includes(node.type) &&
      node.source !== null;
    const source = named ? node.source : called ? (node.arguments as readonly Node[])[0] : undefined;
    const old = (node.type === 'TSExternalModuleReference' ? node.expression : source) as Node | undefined;
    if (old === undefined) return [];
    const { value } = (old.type === 'Identifier' ? constants.get(old.name) : undefined) ?? old;
    return [{ name: typeof value === 'string' ? value : undefined, line: lineOf(text, node.start) }];
  });
};

const problemOf = (path: string, area: string, rule: Rule, name: string | undefined): string | undefined => {
  if (name === undefined) return 'the module of an import must be written out, so that it can be checked';
  if (name.startsWith('.')) {
    const target = areaOf(join(dirname(path), name));
    if (target === undefined) return `${name} is outside of the layers of the source`;
    return target === area || rule.areas.includes(target) ? undefined : `${area} may not import ${target} (${name})`;
  }
  if (isBuiltin(name)) return rule.node ? undefined : `${area} may not import Node's ${name}: it must run in a browser too`;
  return rule.packages.includes(packageOf(name)) ? undefined : `${area} may not import the package ${packageOf(name)}`;
};

/**
 * Imports of a file that its layer forbids.
 *
 * @example
 * foreignImports('src/core/a.ts', "import { gpu } from '../gpu/index.ts';")
 * // ['line 1: src/core may not import src/gpu (../gpu/index.ts)']
 */
export const foreignImports = (path: string, text: string): readonly string[] => {
  const area = areaOf(path);
  if (area === undefined) return [`${path} is in no layer of the source; give its folder a rule`];
  const rule = RULES[area] as Rule;
  return specifiers(text).flatMap(({ name, line }) => {
    const problem = problemOf(path, area, rule, name);
    return problem === undefined ? [] : [`line ${line}: ${problem}`];
  });
};
