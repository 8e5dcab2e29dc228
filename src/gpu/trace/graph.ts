import type { Shape } from '../../core/tensor/shape.ts';
import type { Floats } from '../../core/tensor/tensor.ts';
import { type View, wholeView } from '../../core/tensor/view.ts';

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

/** A whole number in the source: its text, a name or a number, and whether it changes in the loop that is being written. */
export interface Whole {
  readonly text: string;
  readonly inner: boolean;
}

/** A number that is known while the kernel is written. */
export const whole = (n: number): Whole => ({ text: `${n}`, inner: false });

/** Where in a tensor: consecutive groups of axes, each with one row-major number over them. */
export type Index = readonly { readonly axes: number; readonly at: Whole }[];

/** Writes the body of one kernel. */
export interface Source {
  /** A number of the program, as it is in float32. */
  readonly number: (c: number) => string;
  /** A new float variable. */
  readonly float: (expression: string) => string;
  /** A new integer variable; `inner` when the expression changes in the loop that is being written. */
  readonly integer: (expression: string, inner?: boolean) => string;
  readonly line: (text: string) => void;
  /** `for j in [from, n)`. */
  readonly loop: (from: number, n: number, body: (j: Whole) => void) => void;
  /** Quotient and remainder. */
  readonly divide: (a: Whole, n: number) => readonly [quotient: Whole, remainder: Whole];
  /** One row-major number for an index of several. */
  readonly flat: (shape: Shape, index: Index) => Whole;
  /** Where an element lies in its buffer. */
  readonly address: (h: Handle, index: Index) => Whole;
  /** The buffer of a stored or already computed node. */
  readonly buffer: (node: Node) => string;
  /** The element at `index`: loaded, or computed here when its node is part of this kernel. */
  readonly read: (h: Handle, index: Index) => string;
  /** Batch, row and column of an element of a product: the thread's own, when the kernel is laid out for it. */
  readonly cell: (node: Computed, index: Index) => readonly [batch: Whole, row: Whole, column: Whole];
}
