import { type Shape, strides } from '../tensor/shape.ts';
import type { Floats } from '../tensor/tensor.ts';

/** The numbers of `a` (of shape `shape`) in the order of its axes given by `perm`: axis i of the result is axis `perm[i]` of `a`. */
export const permuted = (shape: Shape, perm: readonly number[], a: Floats): Float64Array => {
  const out = new Float64Array(a.length);
  const rank = perm.length;
  if (rank === 0) {
    out.set([a[0]]);
    return out;
  }
  const from = strides(shape);
  const extent: number[] = [];
  const step: number[] = [];
  const index: number[] = [];
  for (let axis = 0; axis < rank; axis++) {
    extent.push(shape[perm[axis]]);
    step.push(from[perm[axis]]);
    index.push(0);
  }
  const inner = extent[rank - 1];
  const innerStep = step[rank - 1];
  let source = 0;
  for (let at = 0; at < out.length; at += inner) {
    for (let j = 0, s = source; j < inner; j++, s += innerStep) out[at + j] = a[s];
    for (let axis = rank - 2; axis >= 0; axis--) {
      source += step[axis];
      if (++index[axis] < extent[axis]) break;
      source -= step[axis] * extent[axis];
      index[axis] = 0;
    }
  }
  return out;
};
