import * as Either from 'fp-ts/lib/Either.js';
import * as Fp from 'fp-ts/lib/function.js';
import * as Option from 'fp-ts/lib/Option.js';
import * as TaskEither from 'fp-ts/lib/TaskEither.js';
import { ENTRIES } from '../repository/published.ts';
import { fromRoot, nodes, read, typescriptFiles } from '../repository/syntax.ts';
import { matches, near, show, VOCABULARY } from './expectation.ts';
import { type Script, script } from './script.ts';

type Module = Readonly<Record<string, unknown>>;

/** Names an example may use without saying where they are from. */
const COMMON: Readonly<Record<string, unknown>> = { E: Either, O: Option, TE: TaskEither, pipe: Fp.pipe, ...VOCABULARY };

const importFile = (path: string): Promise<Module> => import(/* @vite-ignore */ fromRoot(path));

/** Which files define a value of each name. */
const definedIn = (files: readonly string[]): ReadonlyMap<string, readonly string[]> => {
  const where = new Map<string, readonly string[]>();
  for (const file of files)
    for (const { node, parent } of nodes(read(file))) {
      if (parent?.type !== 'ExportNamedDeclaration') continue;
      const declared =
        node.type === 'VariableDeclaration' ? (node.declarations as readonly { readonly id: { readonly name?: string } }[]) : [];
      const named = /^(Function|Class)Declaration$/.test(node.type) ? [(node.id as unknown as { readonly name: string }).name] : [];
      for (const name of [...declared.flatMap(({ id }) => id.name ?? []), ...named]) where.set(name, [...(where.get(name) ?? []), file]);
    }
  return where;
};
const PUBLISHED = definedIn([...typescriptFiles('src'), ...typescriptFiles('properties')].filter((file) => !file.startsWith('src/cli/')));

/** The file behind a module name that an example imports: our own names stand for the source they are built from. */
const fileOf = (module: string): string | undefined => ENTRIES[module.replace('deit-oracle', '.')];

const lookUp = async (name: string, own: Module): Promise<unknown> => {
  if (name in own) return own[name];
  if (name in COMMON) return COMMON[name];
  const files = PUBLISHED.get(name) ?? [];
  if (files.length !== 1)
    throw new Error(`the example uses ${name}, which ${files.length === 0 ? 'no module exports' : `${files.join(' and ')} export`}`);
  return (await importFile(files[0] as string))[name];
};

const imported = async ({ module, names }: Script['imports'][number]): Promise<readonly (readonly [string, unknown])[]> => {
  const file = fileOf(module);
  const found: Module = file === undefined ? await import(/* @vite-ignore */ module) : await importFile(file);
  return Object.entries(names).map(([local, name]) => {
    if (name !== '*' && !(name in found)) throw new Error(`${module} does not export ${name}`);
    return [local, name === '*' ? found : found[name]] as const;
  });
};

const outcome = async (run: () => unknown): Promise<Either.Either<unknown, unknown>> => {
  try {
    return Either.right(await run());
  } catch (error) {
    return Either.left(error);
  }
};

/** Throws unless `run` does what the example states. */
const claim = async (stated: string, run: () => unknown, expected: (() => unknown) | undefined): Promise<void> => {
  const result = await outcome(run);
  if (stated.startsWith('throws ')) {
    const thrown = Either.isLeft(result) ? String(result.left) : 'nothing was thrown';
    if (!thrown.includes(stated.slice('throws '.length))) throw new Error(`stated: ${stated}\nthrown: ${thrown}`);
    return;
  }
  if (Either.isLeft(result)) throw result.left;
  const value = result.right;
  const approximate = /^≈ ?(.+)$/.exec(stated);
  const wanted = expected === undefined ? Either.left(undefined) : await outcome(expected);
  const good =
    approximate !== null
      ? near(value, approximate[1] as string)
      : Either.isRight(wanted)
        ? matches(value, wanted.right)
        : show(value) === stated || String(value) === stated;
  if (!good) throw new Error(`stated: ${stated}\n   got: ${show(value)}`);
};

const AsyncFunction = (async () => {}).constructor as new (
  ...parts: readonly string[]
) => (...args: readonly unknown[]) => () => Promise<void>;

/** Run an example of a file: every value that it states must be what it gives. Throws otherwise. */
export const runExample = async (file: string, code: string): Promise<void> => {
  const { body, free, imports, claims } = await script(code);
  if (claims === 0) throw new Error('the example states no value: write `expression // value`');
  const own = file === '' ? {} : await importFile(file);
  const names = [
    ...(await Promise.all(free.filter((name) => name !== '__claim').map(async (name) => [name, await lookUp(name, own)] as const))),
    ...(await Promise.all(imports.map(imported))).flat(),
    ['__claim', claim] as const,
  ];
  const make = new AsyncFunction(...names.map(([name]) => name), body) as unknown as (
    ...args: readonly unknown[]
  ) => Promise<() => Promise<void>>;
  await (await make(...names.map(([, value]) => value)))();
};
