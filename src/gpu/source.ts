import type { Shape } from '../core/tensor/shape.ts';
import type { Computed, Handle, Node } from './trace/graph.ts';

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

/** How a back end wants its kernels. */
export interface Layout {
  /** Whether a matrix product is laid out as a grid of threads, so that neighbours share rows and columns. */
  readonly grid: boolean;
  /** The function that makes a float an integer, where assigning one does not. */
  readonly truncate?: string;
}
