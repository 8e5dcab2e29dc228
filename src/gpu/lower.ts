import { lineage } from '../core/lineage.ts';
import { type Shape, size } from '../core/shape.ts';
import type { Computed, Handle, Node, Stored } from './graph.ts';
import { copy } from './kernels/map.ts';
import type { Layout } from './source.ts';
import { isDense, repeats } from './view.ts';
import { write } from './write.ts';

/** One kernel: the same source serves every step that has it. */
export interface KernelSource {
  readonly text: string;
  /** Threads along x, y, z; as many as elements of the result, rounded up to a multiple of four where it is flat. */
  readonly output: readonly number[];
}

/** One run of a kernel: which values it reads. */
export interface Step {
  readonly kernel: KernelSource;
  readonly reads: readonly Value[];
  /** Of the result. */
  readonly shape: Shape;
}
/** What a step reads: the value of an earlier step, or one that is there from the start. */
export type Value = { readonly step: number } | { readonly stored: number };

/** A program as kernels in order, ready for gpu.js. */
export interface Listing {
  readonly kernels: readonly KernelSource[];
  readonly steps: readonly Step[];
  /** Inputs and constants that the steps read. */
  readonly stored: readonly Stored[];
  readonly outputs: Readonly<Record<string, { readonly step: number; readonly shape: Shape }>>;
}

/** Buffers that a kernel may read: WebGPU promises eight to a shader, one of them is the result, one is kept free. */
const BUFFERS = 6;

/** How often, and by whom, a node is read. */
interface Reader {
  readonly by: Computed;
  readonly through: Handle;
}

const seenAlike = (a: Handle, b: Handle): boolean =>
  a.view.offset === b.view.offset && a.view.shape.join() === b.view.shape.join() && a.view.strides.join() === b.view.strides.join();

/**
 * Kernels for the values of `outputs`, and for nothing that they do not depend on.
 *
 * A node becomes part of the kernel that reads it when it has one reader that reads each of its elements once: chains of
 * arithmetic are one kernel, sums take what they add, a product takes the bias, GELU and residual that follow it. What is
 * read by many threads, or by several kernels, is stored.
 */
export const lower = (outputs: Readonly<Record<string, Handle>>, layout: Layout): Listing => {
  const roots = Object.fromEntries(
    Object.entries(outputs).map(([name, h]) => [name, h.node.kind !== 'stored' && isDense(h.view, size(h.node.shape)) ? h : copy(h)]),
  );
  const order = lineage(
    Object.values(roots).map(({ node }) => node),
    (node) => node.parts.map((part) => part.node),
  );
  const inlined = fused(order, new Set(Object.values(roots).map(({ node }) => node)));
  const kernels = new Map<string, KernelSource>();
  const stored: Stored[] = [];
  const steps: Step[] = [];
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

/** The nodes that are computed inside the kernel of their reader. */
const fused = (order: readonly Node[], roots: ReadonlySet<Node>): ReadonlySet<Node> => {
  const readers = new Map<Node, Reader[]>();
  for (const by of order)
    if (by.kind !== 'stored')
      for (const through of by.parts) {
        const known = readers.get(through.node) ?? [];
        if (!known.some((r) => r.by === by && seenAlike(r.through, through))) known.push({ by, through });
        readers.set(through.node, known);
      }
  const inside = new Set<Node>();
  const buffers = new Map<Node, ReadonlySet<Node>>();
  const loops = new Set<Node>();
  const may = (node: Node, by: Computed): boolean => {
    if (node.kind === 'stored' || roots.has(node)) return false;
    const all = readers.get(node) ?? [];
    if (node.parts.length === 0) return all.every((r) => r.by.reads === 'once');
    const [reader] = all;
    if (all.length !== 1 || reader === undefined || by.reads === 'many' || repeats(reader.through.view)) return false;
    return !(loops.has(node) && by.kind === 'loop');
  };
  for (const node of order) {
    if (node.kind === 'stored') continue;
    const parts = [...new Set(node.parts.map((part) => part.node))];
    const needs = (part: Node): ReadonlySet<Node> => (inside.has(part) ? (buffers.get(part) as ReadonlySet<Node>) : new Set([part]));
    for (const part of parts) if (may(part, node)) inside.add(part);
    for (;;) {
      const all = new Set(parts.flatMap((part) => [...needs(part)]));
      const widest = parts.filter((part) => inside.has(part) && needs(part).size > 1).sort((a, b) => needs(b).size - needs(a).size)[0];
      if (all.size <= BUFFERS || widest === undefined) {
        buffers.set(node, all);
        break;
      }
      inside.delete(widest);
    }
    if (node.kind === 'loop' || parts.some((part) => inside.has(part) && loops.has(part))) loops.add(node);
  }
  return inside;
};
