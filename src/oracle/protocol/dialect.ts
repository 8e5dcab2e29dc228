import { operationNamed } from '../../core/oracle/request/operation-table.ts';

/** Where a dialect differs from the published DeiT. */
export const DIALECTS: Readonly<Record<string, Readonly<Record<string, unknown>>>> = { 'deit-fb': {}, 'deit-hf': { eps: 1e-12 } };

/** The attributes of a request over those of its dialect, as far as the operation has them; null is what is not given. */
export const withDialect = (attrs: unknown, op: string, dialect: Readonly<Record<string, unknown>>): unknown => {
  if (typeof attrs !== 'object' || attrs === null || Array.isArray(attrs)) return attrs;
  const known = operationNamed(op)?.attributes ?? {};
  const under = Object.entries(dialect).filter(([name]) => Object.hasOwn(known, name));
  const given = Object.entries(attrs).filter(([, value]) => value !== null);
  return Object.fromEntries([...under, ...given]);
};
