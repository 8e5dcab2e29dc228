import type { Shape } from '../../core/tensor/shape.ts';
import type { Floats } from '../../core/tensor/tensor.ts';
import { type View, wholeView } from '../../core/tensor/view.ts';
import type { Index, Source } from '../source.ts';

/** A value that a plan has in memory when it starts: an input of the program, or a constant in it. */
export interface Stored {
  readonly kind: 'stored';
  readonly shape: Shape;
  readonly parts: readonly [];
  /** Name of the input; absent for a constant. */
  readonly name?: string;
  readonly data?: Floats;
}

/** A value that a kernel computes, one element a thread. */
export interface Computed {
  /**
   * `map` computes an element from one element of each part; `loop` runs over many. A loop may stand inside a map, a map
   * inside anything, but no loop inside a loop: that would take work from many threads and give it to one.
   */
  readonly kind: 'map' | 'loop';
  readonly shape: Shape;
  readonly parts: readonly Handle[];
  /** Whether each element of a part is read once (so that the part may be computed on the way) or by many threads. */
  readonly reads: 'once' | 'many';
  /** Writes the statements that compute the element at `at` and returns the expression of its value. */
  readonly value: (s: Source, at: Index) => string;
  /** `(…, M, N)` of a matrix product, whose threads are best laid out as a grid. */
  readonly grid?: readonly [batch: number, rows: number, columns: number];
}

/** A node of the graph that a program is traced into. Values have identity: the same node is computed once. */
export type Node = Stored | Computed;

/** A tensor of a plan: a node, and a view of its elements. They cannot be read. */
export interface Handle extends View {
  readonly node: Node;
}

/** All of a node, in order. */
export const handle = (node: Node): Handle => ({ ...wholeView(node.shape), node });
