/** Whether something is what an `async` function gives. */
export const isPromise = (value: object): boolean => 'then' in value && typeof value.then === 'function';

/** Whether something is a record: an object that is not an array. */
export const isRecord = (value: unknown): boolean => typeof value === 'object' && value !== null && !Array.isArray(value);

/**
 * A value as a message names it, where another was expected: what it is, and not all that it holds.
 *
 * @example
 * [undefined, 'F32', [1, 2], { shape: [2] }].map(showValue) // ['undefined', '"F32"', 'an array', 'a tensor']
 */
export const showValue = (value: unknown): string => {
  if (typeof value === 'string') return JSON.stringify(value.slice(0, 40));
  if (typeof value === 'function') return 'a function';
  if (typeof value !== 'object' || value === null) return String(value);
  if (Array.isArray(value)) return 'an array';
  if (isPromise(value)) return 'a promise';
  return 'shape' in value ? 'a tensor' : 'an object';
};

/** A value as a message names it, where a name was expected. */
export const showName = (value: unknown): string => (typeof value === 'string' ? value.slice(0, 40) : showValue(value));

/** The first few of many, for a sentence: `a, b, c and 9 more`. */
export const showList = (items: readonly string[], most = 20): string =>
  items.length <= most ? items.join(', ') : `${items.slice(0, most).join(', ')} and ${items.length - most} more`;

/** What is wrong with the name of a variant: one that there is not would be another in silence. */
export const choiceProblem = (what: string, names: readonly string[], given: unknown): string | undefined =>
  names.some((name) => name === given)
    ? undefined
    : `${what} must be ${names.slice(0, -1).join(', ')} or ${names[names.length - 1]}, got ${showName(given)}`;
