import * as E from 'fp-ts/lib/Either.js';

/** One attribute of an operation: what it may be, in words and as a test, and what it is when absent. */
export interface Attribute<V> {
  readonly is: string;
  readonly accepts: (value: unknown) => boolean;
  /** The accepted value with its own defaults filled in. */
  readonly complete?: (value: V) => V;
  /** All that it may be, where they are few. */
  readonly choices?: readonly V[];
  /** Absent: the attribute must be given. */
  readonly fallback?: V;
}
export type Schema<A> = { readonly [K in keyof A]: Attribute<A[K]> };

const attribute =
  <V>(is: string, accepts: (value: unknown) => boolean) =>
  (fallback?: V): Attribute<V> => ({ is, accepts, ...(fallback === undefined ? {} : { fallback }) });

const isWhole = (v: unknown, min: number): boolean => typeof v === 'number' && Number.isSafeInteger(v) && v >= min;
const isNumber = (v: unknown, from: number, to: number): boolean => typeof v === 'number' && v >= from && v <= to && Number.isFinite(v);
const isPair = (v: unknown): boolean => Array.isArray(v) && v.length === 2 && v.every((n) => isWhole(n, 1));

export type Pair = readonly [number, number];
export type Triple = readonly [number, number, number];

export const count = attribute<number>('a whole number above 0', (v) => isWhole(v, 1));
export const natural = attribute<number>('a whole number', (v) => isWhole(v, 0));
export const positive = attribute<number>('a number above 0', (v) => isNumber(v, Number.MIN_VALUE, Number.MAX_VALUE));
export const share = attribute<number>('a number from 0 to 1', (v) => isNumber(v, 0, 1));
export const flag = attribute<boolean>('true or false', (v) => typeof v === 'boolean');
export const pair = attribute<Pair>('two whole numbers above 0, as [2, 3]', isPair);
export const triple = attribute<Triple>(
  'three numbers',
  (v) => Array.isArray(v) && v.length === 3 && v.every((n) => isNumber(n, -Number.MAX_VALUE, Number.MAX_VALUE)),
);
export const side = attribute<number | Pair>('a whole number above 0, or two of them', (v) => isWhole(v, 1) || isPair(v));
export const oneOf =
  <const V extends string>(...names: readonly V[]) =>
  (fallback?: V): Attribute<V> => ({
    ...attribute<V>(`one of ${names.join(', ')}`, (v) => names.includes(v as V))(fallback),
    choices: names,
  });

/** An attribute that is itself a record of attributes. */
export const record = <A extends object>(schema: Schema<A>): Attribute<A> => ({
  is: `a record of ${Object.keys(schema).join(', ')}`,
  accepts: (v) => E.isRight(readAttributes('', schema, v)),
  complete: (v) => E.getOrElse(() => v)(readAttributes('', schema, v)),
});

/**
 * The attributes of a request, checked and completed.
 *
 * @returns `Left` with one sentence that names the operation, the attribute, what it must be and what it was.
 */
export const readAttributes = <A extends object>(operation: string, schema: Schema<A>, given: unknown): E.Either<string, A> => {
  if (typeof given !== 'object' || given === null || Array.isArray(given))
    return E.left(`${operation}: attributes must be a record such as {"eps": 1e-6}, got ${JSON.stringify(given)}`);
  const names = Object.keys(schema) as (keyof A & string)[];
  const unknown = Object.keys(given).filter((name) => !(names as string[]).includes(name));
  if (unknown.length > 0)
    return E.left(
      `${operation}: unknown attribute ${unknown.join(', ')}; ${names.length === 0 ? 'it has none' : `known are ${names.join(', ')}`}`,
    );
  const out: Partial<A> = {};
  for (const name of names) {
    const { is, accepts, complete, fallback } = schema[name];
    const value = (given as Partial<A>)[name] ?? fallback;
    if (value === undefined) return E.left(`${operation}: attribute ${name} is missing; it is ${is}`);
    if (!accepts(value)) return E.left(`${operation}: attribute ${name} must be ${is}, got ${JSON.stringify(value)}`);
    out[name] = complete === undefined ? (value as A[typeof name]) : complete(value as A[typeof name]);
  }
  return E.right(out as A);
};
