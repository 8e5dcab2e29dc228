import { showValue } from './show-value.ts';

/** What is wrong with something as a record of options: it is not a record, or one of its names is not among `names`. */
export const optionNamesProblem = (options: unknown, names: readonly string[]): string | undefined => {
  if (typeof options !== 'object' || options === null || Array.isArray(options))
    return `options must be an object, as in {}, got ${showValue(options)}`;
  const stranger = Object.keys(options).find((name) => !names.includes(name));
  return stranger === undefined ? undefined : `there is no option ${stranger}; there are ${names.join(', ')}`;
};
