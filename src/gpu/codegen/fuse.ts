import { sameShape, size } from '../../core/tensor/shape.ts';
import { hasRepeats, isWholeView } from '../../core/tensor/view.ts';
import type { Computed, Handle, Node } from '../trace/graph.ts';

/** Buffers that a kernel may read: WebGPU promises eight to a shader, one of them is the result, one is kept free. */
const BUFFERS = 6;

/** Kernels are written, and compiled, by functions that call themselves once for each node inside another: a longer chain is cut, or their stack ends. */
const DEEPEST = 100;

/** How often, and by whom, a node is read. */
interface Reader {
  readonly by: Computed;
  readonly through: Handle;
}

const seenAlike = (a: Handle, b: Handle): boolean =>
  a.offset === b.offset && sameShape(a.shape, b.shape) && sameShape(a.strides, b.strides);

/**
 * The nodes of `order` (dependencies first) that are computed inside the kernel of their reader; `roots` are not.
 *
 * A node joins the kernel that reads it when it has one reader, which reads each of its elements once: chains of
 * arithmetic are one kernel, sums take what they add, a product takes the bias, GELU and residual that follow it. What is
 * read by many threads, or by several kernels, is stored.
 */
export const fused = (order: readonly Node[], roots: ReadonlySet<Node>): ReadonlySet<Node> => {
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
  const depth = new Map<Node, number>();
  const [loops, products] = [new Set<Node>(), new Set<Node>()];
  const may = (node: Node, by: Computed): boolean => {
    if (node.kind === 'stored' || roots.has(node) || (depth.get(node) ?? 0) >= DEEPEST) return false;
    const all = readers.get(node) ?? [];
    if (node.parts.length === 0) return all.every((r) => r.by.reads === 'once');
    const [reader] = all;
    if (all.length !== 1 || reader === undefined || by.reads === 'many' || hasRepeats(reader.through)) return false;
    // A product keeps its grid of threads, which another order of the elements would undo.
    if (products.has(node) && !isWholeView(reader.through, size(node.shape))) return false;
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
    depth.set(node, 1 + Math.max(0, ...parts.map((part) => (inside.has(part) ? (depth.get(part) ?? 0) : 0))));
    const holds = (some: ReadonlySet<Node>): boolean => parts.some((part) => inside.has(part) && some.has(part));
    if (node.kind === 'loop' || holds(loops)) loops.add(node);
    if (node.grid !== undefined || holds(products)) products.add(node);
  }
  return inside;
};
