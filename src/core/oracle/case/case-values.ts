import type { Floats } from '../../tensor/tensor.ts';
import type { CaseSpec, CaseValues } from './case-spec.ts';

/** Numbers that JSON has no way to write. */
const UNWRITABLE: readonly (readonly [text: string, value: number])[] = [
  ['-0', -0],
  ['NaN', Number.NaN],
  ['Infinity', Number.POSITIVE_INFINITY],
  ['-Infinity', Number.NEGATIVE_INFINITY],
];

const readNumber = (written: number | string): number | undefined =>
  typeof written === 'number' ? written : UNWRITABLE.find(([text]) => text === written)?.[1];

/**
 * Numbers as the `values` of a spec hold them: through JSON they come back with the same bits.
 *
 * @example
 * writtenValues(Float64Array.of(0.1, -0, NaN)) // [0.1, '-0', 'NaN']
 */
export const writtenValues = (data: Floats | Float64Array): CaseValues[string] =>
  Array.from(data, (x) => UNWRITABLE.find(([, value]) => Object.is(value, x))?.[0] ?? x);

/** The numbers that a spec itself gives for an input; nothing where they are drawn. */
export const givenValues = ({ values = {} }: CaseSpec, input: string): Float64Array | undefined =>
  Object.hasOwn(values, input) ? Float64Array.from(values[input], (written) => readNumber(written) ?? Number.NaN) : undefined;

/** What is wrong with the numbers that a spec gives, where `counts` says how many each of its inputs holds. */
export const valuesProblem = ({ op, values = {} }: CaseSpec, counts: ReadonlyMap<string, number>): string | undefined => {
  for (const [name, given] of Object.entries(values)) {
    const count = counts.get(name);
    if (count === undefined && !(name === 'dy' && op.endsWith('.vjp')))
      return `${op}: values has ${name}, which is not one of its inputs; they are ${[...counts.keys()].join(', ')}`;
    if (!Array.isArray(given)) return `${op}: values of ${name} must be a list of numbers`;
    const strange = given.findIndex((written) => readNumber(written) === undefined);
    if (strange >= 0) return `${op}: values of ${name} must be numbers, "NaN", "Infinity", "-Infinity" or "-0"; number ${strange} is none`;
    if (count !== undefined && given.length !== count)
      return `${op}: ${name} holds ${count} numbers, and values has ${given.length} for it`;
  }
  return undefined;
};
