import { type Shape, size, strides } from '../../tensor/shape.ts';
import { generate, type Tensor } from '../../tensor/tensor.ts';

/** A part of a tensor: of each axis some indices, ascending. Its elements are all that have one of them on every axis. */
export type Region = readonly (readonly number[])[];

/** All indices of an axis. */
export const wholeAxis = (n: number): readonly number[] => Array.from({ length: n }, (_, i) => i);

/** The indices of either. */
export const joined = (a: readonly number[], b: readonly number[]): readonly number[] =>
  a === b ? a : [...new Set([...a, ...b])].sort((p, q) => p - q);

/** The smallest region that has both in it. */
export const spanned = (a: Region, b: Region): Region => a.map((axis, i) => joined(axis, b[i]));

/** The shape that a region has when it is taken out. */
export const regionShape = (region: Region): Shape => region.map(({ length }) => length);

/** Where the elements of a region stand in the row-major order of a tensor of `shape`, ascending. */
export const placesOf = (shape: Shape, region: Region): readonly number[] => {
  const step = strides(shape);
  return region.reduce<readonly number[]>((places, axis, i) => places.flatMap((at) => axis.map((index) => at + index * step[i])), [0]);
};

/**
 * The elements of a region as a tensor of their own.
 *
 * @example
 * gather([[1], [0, 2]], tensor([2, 3], [1, 2, 3, 4, 5, 6])).data // [4, 6]
 */
export const gather = (region: Region, { shape, data }: Tensor): Tensor => {
  const taken = regionShape(region);
  if (size(taken) === size(shape)) return { shape, data };
  const places = placesOf(shape, region);
  return generate(taken, (i) => data[places[i]]);
};

/** What a reshape does to axes: runs of axes before, each with those that it becomes. */
interface Regrouping {
  readonly before: readonly number[];
  readonly after: readonly number[];
}

/** The shortest runs of axes that hold equally many elements before and after a reshape. */
const regroupings = (before: Shape, after: Shape): readonly Regrouping[] => {
  const groups: Regrouping[] = [];
  let [i, j] = [0, 0];
  while (i < before.length || j < after.length) {
    const [from, to] = [i, j];
    let [a, b] = [i < before.length ? before[i++] : 1, j < after.length ? after[j++] : 1];
    while (a !== b) {
      if (a < b) a *= before[i++];
      else b *= after[j++];
    }
    groups.push({ before: wholeAxis(i).slice(from), after: wholeAxis(j).slice(to) });
  }
  return groups;
};

/**
 * What must be known before a reshape so that a region is known after it, and the region that is then known. An axis that is split, and axes that become
 * one, need little more than what is asked; axes that become others are taken whole.
 */
export const beforeReshape = (before: Shape, after: Shape, region: Region): { readonly needed: Region; readonly known: Region } => {
  const needed: (readonly number[])[] = before.map(wholeAxis);
  const known: (readonly number[])[] = after.map(wholeAxis);
  if (size(before) === 0) return { needed, known };
  for (const group of regroupings(before, after)) {
    const [parts, made] = [group.before.map((i) => before[i]), group.after.map((j) => after[j])];
    if (parts.length > 1 && made.length > 1) continue;
    const asked = placesOf(made, group.after.map((j) => region[j])); // biome-ignore format: one line
    const step = strides(parts);
    for (const [k, axis] of group.before.entries()) needed[axis] = joined([], asked.map((at) => Math.floor(at / step[k]) % parts[k])); // biome-ignore format: one line
    if (made.length === 1)
      known[group.after[0]] = placesOf(parts, group.before.map((i) => needed[i])); // biome-ignore format: one line
    else for (const j of group.after) known[j] = region[j];
  }
  return { needed, known };
};
