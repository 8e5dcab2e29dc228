import { refuse } from '../error/refusal.ts';
import { describe, isDictionary, isList, type Namespace, type Opaque, type PickleValue } from './pickle-value.ts';

/** Makes data from data; what a checkpoint calls is only ever one of these. */
export type Constructor = (args: readonly PickleValue[]) => PickleValue;

const FORMAT = 'torch checkpoint';

/** An object as what it would be made from. */
export const opaque =
  (name: string) =>
  (args: readonly PickleValue[]): Opaque => ({ _tag: 'Opaque', name, args });

const items =
  (what: string): Constructor =>
  ([list = []]) =>
    isList(list) ? list : refuse(FORMAT, `a ${what} is made from ${describe(list)}, not a list`);

/** Python calls the module of its own types `__builtin__` in protocol 2 and `builtins` after it. */
const BUILTINS = ['__builtin__', 'builtins'] as const;
const OPAQUE = [
  '_codecs.encode',
  'numpy._core.multiarray.scalar',
  'numpy.core.multiarray.scalar',
  'numpy.dtype',
  ...['pathlib', 'pathlib._local'].flatMap((module) =>
    ['PosixPath', 'PurePosixPath', 'WindowsPath', 'PureWindowsPath'].map((path) => `${module}.${path}`),
  ),
  'torch.device',
] as const;

/** The objects beside tensors that training scripts keep in a checkpoint, by what makes them. */
export const objects: Readonly<Record<string, Constructor>> = {
  'argparse.Namespace': (): Namespace => ({ _tag: 'Namespace', fields: new Map() }),
  'collections.OrderedDict': (args) =>
    args.length === 0 ? new Map() : refuse(FORMAT, 'an OrderedDict is made from arguments, which torch.save never writes'),
  'collections.defaultdict': () => new Map(),
  'collections.Counter': ([counts = new Map()]) =>
    isDictionary(counts) ? counts : refuse(FORMAT, `a Counter is made from ${describe(counts)}, not a dictionary`),
  ...Object.fromEntries(BUILTINS.flatMap((module) => ['set', 'frozenset'].map((set) => [`${module}.${set}`, items(set)] as const))),
  ...Object.fromEntries(OPAQUE.map((name) => [name, opaque(name)] as const)),
};

/** Names that are only mentioned: what a `defaultdict` fills itself with, and the class of a tensor with attributes. */
export const mentioned: readonly string[] = [
  ...BUILTINS.flatMap((module) => ['dict', 'list', 'int', 'float', 'str', 'bool'].map((type) => `${module}.${type}`)),
  'torch.Tensor',
];
