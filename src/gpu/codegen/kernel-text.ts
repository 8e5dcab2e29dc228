import { size } from '../../core/tensor/shape.ts';
import { isWholeView } from '../../core/tensor/view.ts';
import { type Computed, type Node, type Source, type Whole, whole } from '../trace/graph.ts';
import { indexing, type Layout } from './indexing.ts';
import { scope } from './scope.ts';

/** The text of a kernel, what it reads in the order of its arguments, and its threads along x, y, z. */
export interface Written {
  readonly text: string;
  readonly reads: readonly Node[];
  readonly output: readonly number[];
}

type Inlined = (node: Node) => boolean;
type Grid = NonNullable<Computed['grid']>;

/** The largest number that an index of the kernel must count to. */
const reach = (node: Node, inlined: Inlined): number =>
  Math.max(size(node.shape), ...node.parts.map((h) => Math.max(size(h.shape), inlined(h.node) ? reach(h.node, inlined) : 0)));

/** Groups of threads along one axis of a grid that WebGPU promises; a group is 8 × 8 × 1. */
const GROUPS = 65535;

/** The grid of the product that a kernel is about, where its result is in the product's own order. */
const gridOf = (node: Computed, inlined: Inlined): Grid | undefined => {
  if (node.grid !== undefined) return node.grid[0] > GROUPS || Math.max(...node.grid) > 8 * GROUPS ? undefined : node.grid;
  for (const handle of node.parts) {
    const part = handle.node;
    const found = part.kind !== 'stored' && inlined(part) && isWholeView(handle, size(part.shape)) ? gridOf(part, inlined) : undefined;
    if (found !== undefined && size(found) === size(node.shape)) return found;
  }
  return undefined;
};

/** How many threads along each axis, and the number of a thread. A flat result is filled up to whole groups of four (SIMD). */
const threads = (n: number, grid: Grid | undefined): { readonly output: readonly number[]; readonly number: string } => {
  const [batch, rows, columns] = grid ?? [1, 1, Math.ceil(n / 4) * 4];
  const x = 'this.thread.x';
  if (batch > 1) return { output: [columns, rows, batch], number: `${x} + ${columns} * this.thread.y + ${columns * rows} * this.thread.z` };
  if (rows > 1) return { output: [columns, rows], number: `${x} + ${columns} * this.thread.y` };
  return { output: [columns], number: x };
};

/** The kernel that computes `root` and, on the way, every node that `inlined` says is part of it. */
export const write = (root: Computed, inlined: Inlined, layout: Layout): Written => {
  const reads: Node[] = [];
  const order = new Map<Node, number>();
  const lines = scope();
  const { divide, flat, address, within } = indexing(lines, reach(root, inlined), layout);
  const grid = layout.grid ? gridOf(root, inlined) : undefined;
  const { output, number } = threads(size(root.shape), grid);
  const i: Whole = { text: lines.integer(number), inner: false };
  const thread = (axis: string, n: number): Whole => (n > 1 ? { text: `this.thread.${axis}`, inner: false } : whole(0));
  const numbered = (node: Node): number => {
    if (!order.has(node)) order.set(node, order.size);
    return order.get(node) as number;
  };
  const source: Source = {
    number: (c) => (Math.fround(c) < 0 ? `(${Math.fround(c)})` : `${Math.fround(c)}`),
    float: (expression) => lines.float(expression),
    integer: lines.integer,
    line: lines.line,
    loop: lines.loop,
    divide,
    flat,
    address,
    buffer: (node) => {
      if (!reads.includes(node)) reads.push(node);
      return `a${reads.indexOf(node)}`;
    },
    read: (h, index) => {
      const { node } = h;
      if (node.kind !== 'stored' && inlined(node)) {
        const place = within(h, index);
        return lines.once(`${numbered(node)}@${place.map(({ at }) => at.text).join()}`, () => node.value(source, place));
      }
      const { text, inner } = address(h, index);
      const element = `${source.buffer(node)}[${text}]`;
      return lines.once(element, () => lines.float(element, inner));
    },
    cell: (node, index) => {
      const [batch, rows, columns] = node.grid ?? [1, 1, size(node.shape)];
      const here = flat(node.shape, index);
      if (here.text === i.text && grid?.join() === node.grid?.join()) return [thread('z', batch), thread('y', rows), thread('x', columns)];
      const [row, column] = divide(here, columns);
      return [...divide(row, rows), column];
    },
  };
  if (grid !== undefined && grid[2] > 1) {
    const row = grid[0] > 1 ? `this.thread.y + ${grid[1]} * this.thread.z` : grid[1] > 1 ? 'this.thread.y' : '0';
    lines.know(`${i.text}/${grid[2]}`, [{ text: lines.integer(row), inner: false }, thread('x', grid[2])]);
  }
  const result = root.value(source, [{ axes: root.shape.length, at: i }]);
  return { text: `function (${reads.map((_, n) => `a${n}`).join(', ')}) { ${lines.text()} return ${result}; }`, reads, output };
};
