import type { Node, Visit } from './syntax.ts';

const COLLECTIONS = 'Map Set WeakMap WeakSet Array ArrayBuffer DataView'.split(' ');
const TYPED = 'Int8 Uint8 Uint8Clamped Int16 Uint16 Int32 Uint32 BigInt64 BigUint64 Float32 Float64'
  .split(' ')
  .map((name) => `${name}Array`);
/** What can be written to, as a value and as a type. */
const MUTABLE: ReadonlySet<string> = new Set([...COLLECTIONS, ...TYPED, 'Object', 'Record']);
/** Types that can be written to where the first of their arguments can. */
const THROUGH: ReadonlySet<string> = new Set(['Partial', 'Required', 'Pick', 'Omit']);

const nameOf = (node: unknown): string => ((node as Node | undefined)?.name as string | undefined) ?? '';

/** Whether nothing can be written through a type: it says `readonly`, or is a named one, whose members `writable` looks at. */
const isReadonly = (type: Node | undefined): boolean => {
  if (type === undefined) return false;
  if (type.type === 'TSTypeOperator') return type.operator === 'readonly';
  if (type.type === 'TSMappedType') return Boolean(type.readonly);
  if (type.type === 'TSTypeLiteral') return !(type.members as readonly Node[]).some(isWritable);
  if (type.type !== 'TSTypeReference') return false;
  const name = nameOf(type.typeName);
  const [first] = (type.typeArguments as { readonly params: readonly Node[] } | null)?.params ?? [];
  return THROUGH.has(name) ? isReadonly(first) : !MUTABLE.has(name);
};

const isWritable = (member: Node): boolean =>
  (member.type === 'TSPropertySignature' || member.type === 'TSIndexSignature') && member.readonly !== true;

/** Whether a value is a collection that is made here: a literal, `new Map(…)`, `Array.from(…)`. */
const isCollection = (value: Node): boolean => {
  if (value.type === 'ArrayExpression' || value.type === 'ObjectExpression') return true;
  const callee = value.callee as Node | undefined;
  if (value.type === 'NewExpression' || callee?.type === 'Identifier') return MUTABLE.has(nameOf(callee));
  return callee?.type === 'MemberExpression' && MUTABLE.has(nameOf(callee.object)) && nameOf(callee.property) !== 'freeze';
};

/** Whether something that lives as long as the module can be filled or changed later. */
const isState = (value: Node | null, declared: Node | undefined): boolean => {
  if (value === null) return false;
  if (value.type === 'TSSatisfiesExpression') return isState(value.expression as Node, declared);
  if (value.type !== 'TSAsExpression') return isCollection(value) && !isReadonly(declared);
  const type = value.typeAnnotation as Node;
  return nameOf(type.typeName) !== 'const' && isState(value.expression as Node, declared ?? type);
};

const declaredType = (node: Node): Node | undefined => (node.typeAnnotation as Node | null | undefined)?.typeAnnotation as Node | undefined;

const READONLY = 'declare it with a readonly type, `as const` or Object.freeze';

/** What is wrong with a node that gives a module something to remember: a variable, or a collection or member that can be written to. */
export const stateProblem = ({ node, parent }: Visit): string | undefined => {
  if (parent?.type === 'TSInterfaceBody' && isWritable(node)) return 'a member of an interface that is not readonly can be written to';
  if (node.type === 'PropertyDefinition' && node.static === true) {
    const kept = node.readonly === true && !isState(node.value as Node | null, declaredType(node));
    return kept ? undefined : `a static member that can be written to is global state; ${READONLY}`;
  }
  if (node.type !== 'VariableDeclaration' || !(parent?.type === 'Program' || parent?.type === 'ExportNamedDeclaration')) return undefined;
  if (node.kind !== 'const') return `a module-level ${node.kind} is global state`;
  const state = (node.declarations as readonly Node[]).some((d) => isState(d.init as Node | null, declaredType(d.id as Node)));
  return state ? `a module-level collection that can be written to is global state; ${READONLY}` : undefined;
};
