import { inspect, isDeepStrictEqual } from 'node:util';
import * as E from 'fp-ts/lib/Either.js';
import * as O from 'fp-ts/lib/Option.js';

const REST = Symbol('…');

/** What `…` becomes inside an expected value: the other elements of an array, the other fields of an object. */
const rest = Object.defineProperty({ [REST]: true }, Symbol.iterator, {
  value: function* () {
    yield REST;
  },
});

/** What `…` becomes as the value of a field: anything. */
const ANYTHING = Symbol('anything');

/** Names that expected values use, besides those of the example. */
export const VOCABULARY: Readonly<Record<string, unknown>> = {
  right: E.right,
  Right: E.right,
  left: E.left,
  Left: E.left,
  some: O.some,
  none: O.none,
  __rest: rest,
  __anything: ANYTHING,
};

/** An expected value as an expression: `[1, …]` means an array that begins with 1, `{ a: … }` an object with just `a`. */
export const expression = (expected: string): string => expected.replace(/:\s*…/g, ': __anything').replaceAll('…', '...__rest');

const isArray = (x: unknown): x is ArrayLike<unknown> => Array.isArray(x) || (ArrayBuffer.isView(x) && !(x instanceof DataView));

/** Whether a value is the expected one: typed arrays count as arrays, numbers must be the same. */
export const matches = (actual: unknown, expected: unknown): boolean => {
  if (expected === ANYTHING) return true;
  if (isArray(actual) && isArray(expected)) {
    const wanted = Array.from(expected);
    const open = wanted.at(-1) === REST;
    if (open) wanted.pop();
    return (open ? actual.length >= wanted.length : actual.length === wanted.length) && wanted.every((x, i) => matches(actual[i], x));
  }
  if (typeof actual !== 'object' || typeof expected !== 'object' || actual === null || expected === null || isArray(actual))
    return Object.is(actual, expected);
  if (Object.getPrototypeOf(expected) !== Object.prototype) return isDeepStrictEqual(actual, expected);
  const open = REST in expected;
  const keys = Object.keys(expected);
  return (
    (open || Object.keys(actual).length === keys.length) &&
    keys.every((key) => matches((actual as Record<string, unknown>)[key], (expected as Record<string, unknown>)[key]))
  );
};

const nearNumber = (actual: unknown, written: string): boolean => {
  const [, digits = '', exponent = '0'] = /^-?(\d+\.?\d*)(?:e([+-]?\d+))?$/.exec(written) ?? [];
  const place = Number(exponent) - (digits.split('.')[1] ?? '').length;
  return typeof actual === 'number' && digits !== '' && Math.abs(actual - Number(written)) <= 0.500001 * Number(`1e${place}`);
};

/** Whether a number, or each of an array, agrees with a decimal in every digit that is written: `≈ 0.7616`, `≈ [0.95, 0.05]`. */
export const near = (actual: unknown, written: string): boolean => {
  if (!written.startsWith('[')) return nearNumber(actual, written);
  const wanted = written.replace(/[[\]\s]/g, '').split(',');
  return isArray(actual) && actual.length === wanted.length && wanted.every((w, i) => nearNumber(actual[i], w));
};

export const show = (value: unknown): string => inspect(value, { depth: 6, maxArrayLength: 20, breakLength: 120 });
