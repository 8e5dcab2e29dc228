/** Whether something is what an `async` function gives. */
export const isPromise = (value: object): boolean => 'then' in value && typeof value.then === 'function';

/**
 * A value as a message names it, where another was expected: what it is, and not all that it holds.
 *
 * @example
 * [undefined, 'F32', [1, 2], { shape: [2] }].map(shown) // ['undefined', "'F32'", 'an array', 'a tensor']
 */
export const shown = (value: unknown): string => {
  if (typeof value === 'string') return `'${value.slice(0, 40)}'`;
  if (typeof value === 'function') return 'a function';
  if (typeof value !== 'object' || value === null) return String(value);
  if (Array.isArray(value)) return 'an array';
  if (isPromise(value)) return 'a promise';
  return 'shape' in value ? 'a tensor' : 'an object';
};

/** A value as a message names it, where a name was expected. */
export const named = (value: unknown): string => (typeof value === 'string' ? value.slice(0, 40) : shown(value));

/** Names in a message: all, or the first of very many. */
export const listed = (names: readonly string[]): string =>
  names.length <= 12 ? names.join(', ') : `${names.slice(0, 10).join(', ')} and ${names.length - 10} more`;
