import * as E from 'fp-ts/lib/Either.js';
import { size } from '../../tensor/shape.ts';
import { isRecord, showValue } from '../../text/show-value.ts';
import { CASE_FAMILIES, type CaseFamily, type CaseSpec } from '../case/case-spec.ts';
import { type Lengths, shapeOf } from '../request/axes.ts';
import type { Input } from '../request/operation.ts';
import { OPERATION_NAMES, operationNamed } from '../request/operation-table.ts';

/** The longest axis, the longest side of a grid or an image, and the most numbers of all inputs: beyond, a case would be no case. */
const MOST = { length: 65_536, side: 4096, numbers: 134_217_728 } as const;

type Fields = Readonly<Record<string, unknown>>;
const isLength = (value: unknown, most: number): value is number =>
  typeof value === 'number' && Number.isSafeInteger(value) && value >= 1 && value <= most;

const isShare = (value: unknown): boolean => typeof value === 'number' && value >= 0 && value <= 1;

/** What is wrong with the length of an axis. */
const lengthProblem = ([letter, length]: readonly [string, unknown]): string | undefined => {
  const many = letter === '…';
  const fits = many
    ? Array.isArray(length) && length.length <= 8 && length.every((n) => isLength(n, MOST.length))
    : isLength(length, MOST.length);
  const wanted = many ? `a list of at most 8 whole numbers from 1 to ${MOST.length}` : `a whole number from 1 to ${MOST.length}`;
  return fits ? undefined : `dims.${letter} must be ${wanted}, got ${JSON.stringify(length) ?? showValue(length)}`;
};

/** What is wrong with the sizes among attributes; whether they fit their operation it says itself. */
const attributeProblem = (attrs: Fields, path = 'attrs.'): string | undefined => {
  for (const [name, value] of Object.entries(attrs)) {
    const most = Array.isArray(value) ? MOST.side : MOST.length;
    const large = [value].flat().find((n) => typeof n === 'number' && Math.abs(n) > most);
    if (large !== undefined) return `${path}${name} is over the limit of ${most}, got ${large}`;
    const inner = isRecord(value) ? attributeProblem(value as Fields, `${path}${name}.`) : undefined;
    if (inner !== undefined) return inner;
  }
  return undefined;
};

const KNOWN: readonly string[] = [
  'op',
  'dims',
  'attrs',
  'family',
  'scale',
  'offset',
  'seed',
  'given',
  'values',
  'nudge',
  'nan',
  'whole',
  'exact',
  'sample',
];

/** What is wrong with the fields of a spec, each by itself. */
const fieldProblem = (fields: Fields): string | undefined => {
  const { op, dims = {}, attrs = {}, family = 'normal', scale = 1, offset = 0, seed = 0, given = [], values = {}, whole = {} } = fields;
  const unknown = Object.keys(fields).find((name) => !KNOWN.includes(name));
  if (unknown !== undefined) return `it has a field ${unknown}; known are ${KNOWN.join(', ')}`;
  if (typeof op !== 'string' || operationNamed(op) === undefined || operationNamed(op)?.result !== undefined)
    return `there is no operation ${typeof op === 'string' ? op.slice(0, 40) : showValue(op)} to run; there are ${OPERATION_NAMES.filter((name) => operationNamed(name)?.result === undefined).join(', ')}`;
  if (!isRecord(dims)) return `dims must be lengths by letter, as {"B": 2}, got ${showValue(dims)}`;
  const length = Object.entries(dims as Fields)
    .map(lengthProblem)
    .find((problem) => problem !== undefined);
  if (length !== undefined) return length;
  if (!isRecord(attrs)) return `attrs must be a record such as {"eps": 1e-6}, got ${showValue(attrs)}`;
  const attribute = attributeProblem(attrs as Fields);
  if (attribute !== undefined) return attribute;
  if (!CASE_FAMILIES.includes(family as CaseFamily)) return `family must be one of ${CASE_FAMILIES.join(', ')}, got ${showValue(family)}`;
  if (!Number.isFinite(scale) || !Number.isFinite(offset)) return 'scale and offset must be numbers';
  if (!(Number.isSafeInteger(seed) && (seed as number) >= 0)) return `seed must be a whole number, 0 or more, got ${showValue(seed)}`;
  if (!Array.isArray(given) || given.some((name) => typeof name !== 'string')) return 'given must be a list of names of inputs';
  const share = (['nudge', 'nan'] as const).find((name) => fields[name] !== undefined && !isShare(fields[name]));
  if (share !== undefined) return `${share} must be a number from 0 to 1, got ${showValue(fields[share])}`;
  const count = (['exact', 'sample'] as const).find(
    (name) => fields[name] !== undefined && !(Number.isSafeInteger(fields[name]) && (fields[name] as number) > 0),
  );
  if (count !== undefined) return `${count} must be a whole number above 0, got ${showValue(fields[count])}`;
  if (!isRecord(whole) || Object.values(whole as Fields).some((most) => !(Number.isSafeInteger(most) && (most as number) >= 0)))
    return `whole must be largest whole numbers by input, as {"x": 7}, got ${showValue(whole)}`;
  return isRecord(values) ? undefined : `values must be lists of numbers by input, got ${showValue(values)}`;
};

/** What is wrong with the inputs that a spec would make, said before any of them takes memory. */
const inputProblem = ({ op, dims, given = [] }: CaseSpec, inputs: readonly Input[]): string | undefined => {
  const letters = new Set(inputs.flatMap(({ axes }) => axes.map((axis) => String(axis).replace(/^\d+/, ''))));
  const idle = Object.keys(dims).find((letter) => !letters.has(letter));
  if (idle !== undefined) return `${op} has no axis ${idle}; its axes are ${[...letters].filter((letter) => letter !== '').join(', ')}`;
  const missing = [...letters].find((letter) => letter !== '' && letter !== '…' && !Object.hasOwn(dims, letter));
  if (missing !== undefined)
    return `dims.${missing} is missing; ${op} has the axes ${[...letters].filter((letter) => letter !== '').join(', ')}`;
  const strange = given.find((name) => !inputs.some((input) => input.name === name));
  if (strange !== undefined) return `${op} has no input ${strange}; its inputs are ${inputs.map(({ name }) => name).join(', ')}`;
  const numbers = inputs.reduce((sum, { axes }) => sum + size(shapeOf(axes, dims)), 0);
  return numbers <= MOST.numbers ? undefined : `its inputs would hold ${numbers} numbers, over the limit of ${MOST.numbers}`;
};

/**
 * A spec from what JSON says, checked: the operation, every length, and how much memory its inputs take, before any of it is taken.
 * What is left out is as simple as it can be: no attributes, ordinary numbers, seed 0.
 *
 * @returns `Left` with one sentence when it is no case that can be run.
 * @example
 * E.map(({ values }) => values)(readCase({ op: 'gelu', dims: { '…': [], N: 1 }, values: { x: [-2.5] } })) // right({ x: [-2.5] })
 * readCase({ op: 'gelu', dims: { N: -1 } }) // left('dims.N must be a whole number from 1 to 65536, got -1')
 */
export const readCase = (json: unknown): E.Either<string, CaseSpec> => {
  if (!isRecord(json)) return E.left(`a case is a record such as {"op": "gelu", "dims": {"N": 3}}, got ${showValue(json)}`);
  const fields = json as Fields;
  const problem = fieldProblem(fields);
  if (problem !== undefined) return E.left(problem);
  const { op, ...rest } = fields;
  const spec = { op, dims: {} as Lengths, attrs: {}, family: 'normal', scale: 1, offset: 0, seed: 0, ...rest } as CaseSpec;
  return E.chain((inputs: readonly Input[]): E.Either<string, CaseSpec> => {
    const unfit = inputProblem(spec, inputs);
    return unfit === undefined ? E.right(spec) : E.left(unfit);
  })(operationNamed(spec.op)?.inputs(spec.attrs) ?? E.left(''));
};
