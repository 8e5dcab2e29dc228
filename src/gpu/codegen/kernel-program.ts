import { topologicalOrder } from '../../core/interpret/topological-order.ts';
import { type Shape, size } from '../../core/tensor/shape.ts';
import { isWholeView } from '../../core/tensor/view.ts';
import { copy } from '../kernels/map.ts';
import type { Handle, Node, Stored } from '../trace/graph.ts';
import { fused } from './fuse.ts';
import type { Layout } from './indexing.ts';
import { write } from './kernel-text.ts';

/** One kernel: the same source serves every step that has it. */
export interface KernelSource {
  readonly text: string;
  /** Threads along x, y, z; as many as elements of the result, rounded up to a multiple of four where it is flat. */
  readonly output: readonly number[];
}

/** One run of a kernel: which values it reads. */
export interface Launch {
  readonly kernel: KernelSource;
  readonly reads: readonly Value[];
  /** Of the result. */
  readonly shape: Shape;
}
/** What a step reads: the value of an earlier step, or one that is there from the start. */
export type Value = { readonly step: number } | { readonly stored: number };

/** A program as kernels in order, ready for gpu.js. */
export interface KernelProgram {
  readonly kernels: readonly KernelSource[];
  readonly steps: readonly Launch[];
  /** Inputs and constants that the steps read. */
  readonly stored: readonly Stored[];
  readonly outputs: Readonly<Record<string, { readonly step: number; readonly shape: Shape }>>;
}

/** Kernels for the values of `outputs`, and for nothing that they do not depend on. */
export const lower = (outputs: Readonly<Record<string, Handle>>, layout: Layout): KernelProgram => {
  const roots = Object.fromEntries(
    Object.entries(outputs).map(([name, h]) => [name, h.node.kind !== 'stored' && isWholeView(h, size(h.node.shape)) ? h : copy(h)]),
  );
  const order = topologicalOrder(
    Object.values(roots).map(({ node }) => node),
    (node) => node.parts.map((part) => part.node),
  );
  const inlined = fused(order, new Set(Object.values(roots).map(({ node }) => node)));
  const kernels = new Map<string, KernelSource>();
  const stored: Stored[] = [];
  const steps: Launch[] = [];
  const at = new Map<Node, number>();
  const value = (node: Node): Value => {
    if (node.kind !== 'stored') return { step: at.get(node) as number };
    if (!stored.includes(node)) stored.push(node);
    return { stored: stored.indexOf(node) };
  };
  for (const node of order) {
    if (node.kind === 'stored' || inlined.has(node)) continue;
    const { text, reads, output } = write(node, (part) => inlined.has(part), layout);
    // WebGL bakes the sizes of what a kernel reads into its shader.
    const key = [
      text,
      output,
      ...reads.map((part) => (part.kind === 'stored' ? part.shape : steps[at.get(part) as number].kernel.output)),
    ].join('|');
    const kernel = kernels.get(key) ?? { text, output };
    kernels.set(key, kernel);
    at.set(node, steps.length);
    steps.push({ kernel, reads: reads.map(value), shape: node.shape });
  }
  return {
    kernels: [...kernels.values()],
    steps,
    stored,
    outputs: Object.fromEntries(Object.entries(roots).map(([name, { node, shape }]) => [name, { step: at.get(node) as number, shape }])),
  };
};
