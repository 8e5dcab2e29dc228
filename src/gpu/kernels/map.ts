import type { Shape } from '../../core/tensor/shape.ts';
import { type Computed, type Handle, handle, type Source } from '../trace/graph.ts';

/** A tensor of `shape` whose every element is a formula of the elements of `parts` at the same place. */
export const map = (shape: Shape, parts: readonly Handle[], formula: (s: Source, ...elements: readonly string[]) => string): Handle => {
  const node: Computed = {
    kind: 'map',
    shape,
    parts,
    reads: 'once',
    value: (s, at) => formula(s, ...parts.map((part) => s.read(part, at))),
  };
  return handle(node);
};

/** The same elements in row-major order in a buffer of their own. */
export const copy = (a: Handle): Handle => map(a.shape, [a], (_, x = '') => x);
