import * as E from 'fp-ts/lib/Either.js';

/** One attribute of an operation: what it may be, in words and as a check, and what it is when absent. */
export interface Attribute<V> {
  readonly is: string;
  /** The value with its own defaults filled in, or one sentence that says what is wrong with it; `name` is what it is called. */
  readonly read: (name: string, value: unknown) => E.Either<string, V>;
  /** All that it may be, where they are few. */
  readonly choices?: readonly V[];
  /** What it is when it is not given. */
  readonly fallback?: V;
  /** The same in words, where other attributes decide it: it is then left out. Without either the attribute must be given. */
  readonly absent?: string;
}
export type Schema<A> = { readonly [K in keyof A]-?: Attribute<Exclude<A[K], undefined>> };

const attribute =
  <V>(is: string, accepts: (value: unknown) => boolean) =>
  (fallback?: V): Attribute<V> => ({
    is,
    read: (name, value) => (accepts(value) ? E.right(value as V) : E.left(`attribute ${name} must be ${is}, got ${JSON.stringify(value)}`)),
    ...(fallback === undefined ? {} : { fallback }),
  });

const isWhole = (v: unknown, min: number): boolean => typeof v === 'number' && Number.isSafeInteger(v) && v >= min;
const isNumber = (v: unknown, from: number, to: number): boolean => typeof v === 'number' && v >= from && v <= to && Number.isFinite(v);
const isPair = (v: unknown): boolean => Array.isArray(v) && v.length === 2 && v.every((n) => isWhole(n, 1));
const isTriple = (v: unknown, from: number): boolean =>
  Array.isArray(v) && v.length === 3 && v.every((n) => isNumber(n, from, Number.MAX_VALUE));

export type Pair = readonly [number, number];
export type Triple = readonly [number, number, number];

export const count = attribute<number>('a whole number above 0', (v) => isWhole(v, 1));
export const natural = attribute<number>('a whole number', (v) => isWhole(v, 0));
export const positive = attribute<number>('a number above 0', (v) => isNumber(v, Number.MIN_VALUE, Number.MAX_VALUE));
export const share = attribute<number>('a number from 0 to 1', (v) => isNumber(v, 0, 1));
export const flag = attribute<boolean>('true or false', (v) => typeof v === 'boolean');
export const pair = attribute<Pair>('two whole numbers above 0, as [2, 3]', isPair);
export const triple = attribute<Triple>('three numbers', (v) => isTriple(v, -Number.MAX_VALUE));
export const positiveTriple = attribute<Triple>('three numbers above 0', (v) => isTriple(v, Number.MIN_VALUE));
export const side = attribute<number | Pair>('a whole number above 0, or two of them', (v) => isWhole(v, 1) || isPair(v));
export const oneOf =
  <const V extends string>(...names: readonly V[]) =>
  (fallback?: V): Attribute<V> => ({
    ...attribute<V>(`one of ${names.join(', ')}`, (v) => names.includes(v as V))(fallback),
    choices: names,
  });

/** An attribute that may be left out, and is then what `absent` says of the others. */
export const derived = <V>(one: Attribute<V>, absent: string): Attribute<V> => ({ ...one, absent });

/** Each attribute in words, with what it is when absent. */
export const described = <A extends object>(schema: Schema<A>): Readonly<Record<string, string>> =>
  Object.fromEntries(
    Object.entries(schema as Schema<Record<string, unknown>>).map(([name, { is, fallback, absent }]) => {
      const otherwise = absent ?? (fallback === undefined ? undefined : JSON.stringify(fallback));
      return [name, otherwise === undefined ? is : `${is}; ${otherwise} unless given`];
    }),
  );

/** An attribute that is itself a record of attributes. */
export const record = <A extends object>(schema: Schema<A>): Attribute<A> => {
  const fields = Object.entries(described(schema)).map(([name, is]) => `${name} (${is})`);
  return {
    is: `a record of ${fields.join(', ')}`,
    read: (name, value) =>
      isRecord(value)
        ? fieldsOf(schema, value, `${name}.`)
        : E.left(`attribute ${name} must be a record of ${Object.keys(schema).join(', ')}, got ${JSON.stringify(value)}`),
  };
};

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** The fields of a record by its schema; null stands for what is not given. `path` is what stands before their names. */
const fieldsOf = <A extends object>(schema: Schema<A>, given: Readonly<Record<string, unknown>>, path: string): E.Either<string, A> => {
  const names = Object.keys(schema) as (keyof A & string)[];
  const unknown = Object.keys(given).filter((name) => !(names as string[]).includes(name));
  if (unknown.length > 0) {
    const known = names.length === 0 ? 'it has none' : `known are ${names.map((name) => path + name).join(', ')}`;
    return E.left(`unknown attribute ${unknown.map((name) => path + name).join(', ')}; ${known}`);
  }
  const out: Partial<A> = {};
  for (const name of names) {
    const { is, read, fallback, absent } = schema[name];
    const value = given[name] ?? fallback;
    if (value === undefined && absent !== undefined) continue;
    if (value === undefined) return E.left(`attribute ${path}${name} is missing; it is ${is}`);
    const field = read(path + name, value);
    if (E.isLeft(field)) return field;
    out[name] = field.right;
  }
  return E.right(out as A);
};

/**
 * The attributes of a request, checked and completed.
 *
 * @returns `Left` with one sentence that names the operation, the attribute, what it must be and what it was.
 */
export const readAttributes = <A extends object>(operation: string, schema: Schema<A>, given: unknown): E.Either<string, A> =>
  E.mapLeft((message: string) => `${operation}: ${message}`)(
    isRecord(given)
      ? fieldsOf(schema, given, '')
      : E.left(`attributes must be a record such as {"eps": 1e-6}, got ${JSON.stringify(given)}`),
  );
