/**
 * The same record with every value replaced by `f(value, name)`, in the same order.
 *
 * @example
 * mapRecord(({ shape }) => shape, { x: zeros([2, 3]) }) // { x: [2, 3] }
 */
export const mapRecord = <K extends string, A, B>(f: (a: A, name: K) => B, record: Readonly<Record<K, A>>): Readonly<Record<K, B>> =>
  Object.fromEntries((Object.entries(record) as [K, A][]).map(([name, a]) => [name, f(a, name)])) as Record<K, B>;
