import { stateProblem } from './module-state.ts';
import { lineOf, type Node, nodes, type Visit } from './syntax.ts';

/** What of `Math` gives the same bits on every engine: exact results, IEEE roundings and constants. */
const EXACT = new Set('abs min max floor ceil trunc round sign sqrt imul clz32 fround PI E LN2 LN10 LOG2E LOG10E SQRT2 SQRT1_2'.split(' '));

/** Globals that know the time, chance, the machine or the outside, or that reach them by another name. */
const OUTSIDE = new Set(
  (
    'Date Intl performance crypto process global globalThis window self document navigator console require module exports Buffer ' +
    'fetch XMLHttpRequest WebSocket Worker SharedArrayBuffer Atomics WebAssembly setTimeout setInterval setImmediate queueMicrotask ' +
    'localStorage eval Function WeakRef FinalizationRegistry'
  ).split(' '),
);

const name = (node: unknown): string | undefined =>
  (node as Node | undefined)?.type === 'Identifier' ? ((node as Node).name as string) : undefined;

/** Whether an identifier is a label (a property's or member's name) and refers to nothing. */
const isLabel = ({ parent, field }: Visit): boolean => {
  if (parent === undefined || parent.computed === true) return false;
  if (parent.type === 'MemberExpression') return field === 'property';
  if (parent.type === 'Property') return field === 'key' && parent.shorthand !== true;
  if (parent.type === 'ImportSpecifier') return field === 'imported';
  if (parent.type === 'ExportSpecifier') return field === 'exported';
  return field === 'key' || (parent.type === 'TSQualifiedName' && field === 'right');
};

/** Methods whose result depends on the language of the machine. */
const LOCAL = new Set('toLocaleString toLocaleLowerCase toLocaleUpperCase toLocaleDateString toLocaleTimeString localeCompare'.split(' '));

/** The name of a member that is written out: `x.name`, `x['name']`, or a key. */
const memberName = ({ node, field }: Visit): string | undefined => {
  if (field !== 'property' && field !== 'key') return name(node);
  if (node.type === 'TemplateLiteral') return (node.quasis as readonly { readonly value: { readonly cooked: string } }[])[0]?.value.cooked;
  return name(node) ?? (typeof node.value === 'string' ? node.value : undefined);
};

const memberProblem = (visit: Visit): string | undefined => {
  const member = memberName(visit);
  if (member === undefined) return undefined;
  if (LOCAL.has(member)) return `${member} depends on the machine's language`;
  return member === 'constructor' && visit.parent?.type !== 'MethodDefinition'
    ? 'a constructor of a function makes code from text'
    : undefined;
};

const identifierProblem = (visit: Visit): string | undefined => {
  const { node, parent, field } = visit;
  const id = name(node);
  if (id === undefined || isLabel(visit)) return undefined;
  if (OUTSIDE.has(id)) return `${id} is outside of the pure core`;
  if (id !== 'Math') return undefined;
  if (parent?.type !== 'MemberExpression' || field !== 'object' || parent.computed === true)
    return 'Math may only be used as Math.name, so that the name can be checked';
  const member = name(parent.property);
  return member !== undefined && EXACT.has(member) ? undefined : `Math.${member} differs between engines; use src/core/math`;
};

const powerProblem = ({ node }: Visit): string | undefined =>
  (node.type === 'BinaryExpression' || node.type === 'AssignmentExpression') && (node.operator === '**' || node.operator === '**=')
    ? `${node.operator} differs between engines; multiply, or use src/core/math`
    : undefined;

/**
 * What keeps a text from being pure: engine-dependent mathematics, the outside world, global state.
 *
 * @example
 * impurities('export const f = (x: number) => Math.exp(x);') // ['line 1: Math.exp differs between engines; use src/core/math']
 */
export const impurities = (text: string): readonly string[] =>
  nodes(text).flatMap((visit) =>
    [identifierProblem(visit), memberProblem(visit), stateProblem(visit), powerProblem(visit)]
      .filter((problem) => problem !== undefined)
      .map((problem) => `line ${lineOf(text, visit.node.start)}: ${problem}`),
  );
