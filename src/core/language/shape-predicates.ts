import { isWhole, type Shape } from '../tensor/shape.ts';

/** Whether there is such an axis. */
export const hasAxis = (a: Shape, axis: number): boolean => isWhole(axis) && axis < a.length;
/** Whether `[from, to)` is a range of an axis of `length`. */
export const isRange = (from: number, to: number, length: number): boolean => isWhole(from) && isWhole(to) && from <= to && to <= length;
/** Whether two shapes of as many axes are the same, save in the last two. */
export const sameBatch = (a: Shape, b: Shape): boolean => {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length - 2; i++) if (a[i] !== b[i]) return false;
  return true;
};
/** Whether `perm` names each of `rank` axes once. */
export const isOrder = (perm: readonly number[], rank: number): boolean => {
  for (let axis = 0; axis < rank; axis++) if (!perm.includes(axis)) return false;
  return perm.length === rank;
};
/** Whether a shape is that of one row of `length`. */
export const isRow = (a: Shape, length: number): boolean => a.length === 1 && a[0] === length;
/** Whether the last axes are those of `tail`. */
export const endsWith = (a: Shape, tail: Shape): boolean => {
  const before = a.length - tail.length;
  for (let i = 0; i < tail.length; i++) if (a[before + i] !== tail[i]) return false;
  return before >= 0;
};
