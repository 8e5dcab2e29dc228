/**
 * A record without a prototype: names come from files, and a tensor may well be called `__proto__` or `constructor`.
 */
export const recordOf = <A>(entries: Iterable<readonly [string, A]>): Readonly<Record<string, A>> => {
  const out: Record<string, A> = Object.create(null) as Record<string, A>;
  for (const [name, value] of entries) out[name] = value;
  return out;
};

/** The value under a name that the record itself holds, never one it inherits. */
export const lookup = <A>(record: Readonly<Record<string, A>>, name: string): A | undefined =>
  Object.hasOwn(record, name) ? record[name] : undefined;
