import { type Shape, size } from '../core/shape.ts';
import type { Computed, Handle, Node } from './graph.ts';
import { isDense, runs } from './view.ts';

/** A whole number in the source: its text, and whether it changes inside the loop that is being written. */
export interface Whole {
  readonly text: string;
  readonly inner: boolean;
}

/** Where in a tensor: consecutive groups of axes, each with one row-major number over them. */
export type Index = readonly { readonly axes: number; readonly at: Whole }[];

/** Writes the body of one kernel. */
export interface Source {
  /** A number of the program, as it is in float32. */
  readonly number: (c: number) => string;
  /** A new float variable. */
  readonly float: (expression: string) => string;
  /** A new integer variable. */
  readonly whole: (expression: string, inner?: boolean) => string;
  readonly line: (text: string) => void;
  /** Quotient and remainder. */
  readonly divide: (a: Whole, n: number) => readonly [quotient: Whole, remainder: Whole];
  /** One row-major number for an index of several. */
  readonly flat: (shape: Shape, index: Index) => Whole;
  /** Where the element lies in its buffer. */
  readonly address: (h: Handle, index: Index) => Whole;
  /** The buffer of a stored or already computed node. */
  readonly buffer: (node: Node) => string;
  /** The element at `index`: loaded, or computed here when its node is part of this kernel. */
  readonly read: (h: Handle, index: Index) => string;
  /** `for j in [from, n)`. */
  readonly loop: (from: number, n: number, body: (j: Whole) => void) => void;
  /** Batch, row and column of the product at `index`: the thread's own, when the kernel is laid out for it. */
  readonly cell: (node: Computed, index: Index) => readonly [batch: Whole, row: Whole, column: Whole];
}

/** The text of a kernel and what it reads, in the order of its arguments. */
export interface Written {
  readonly text: string;
  readonly reads: readonly Node[];
  readonly output: readonly number[];
}

const FIRST = 4194304;

/**
 * The kernel that computes `root` and, on the way, every node that `inlined` says is part of it.
 *
 * gpu.js gives a variable an integer type only when it is declared from a literal and incremented somewhere; every other
 * index would be a float32, wrong beyond 2²⁴. Hence `let i = 0; i++; i = …`. Integer division does not exist either: the
 * quotient of floats may be one off where division is not correctly rounded, and is put right with the remainder.
 */
export const write = (root: Computed, inlined: (node: Node) => boolean, grid: boolean): Written => {
  const reads: Node[] = [];
  let head: string[] = [];
  let body = head;
  let names = 0;
  let known = new Map<string, unknown>();
  const fresh = (prefix: string): string => `${prefix}${names++}`;
  const once = <A>(key: string, make: () => A): A => {
    const found = known.get(key);
    if (found !== undefined) return found as A;
    const made = make();
    known.set(key, made);
    return made;
  };
  const line = (text: string): void => {
    body.push(text);
  };
  const at = (inner: boolean, text: string): void => {
    (inner ? body : head).push(text);
  };
  const declared = (expression: string, inner: boolean): string => {
    const name = fresh('v');
    at(inner, `let ${name} = ${expression};`);
    return name;
  };
  const float = (expression: string): string => declared(expression, true);
  const whole = (expression: string, inner = false): string => {
    const name = fresh('i');
    at(inner, `let ${name} = 0; ${name}++; ${name} = ${expression};`);
    return name;
  };
  const named = (text: string, inner: boolean): Whole => ({ text: whole(text, inner), inner });
  const divide = (a: Whole, n: number): readonly [Whole, Whole] =>
    once(`${a.text}/${n}`, () => {
      const q = named(`Math.floor(${a.text} / ${n})`, a.inner);
      const r = named(`${a.text} - ${q.text} * ${n}`, a.inner);
      const far = size(root.shape) > FIRST;
      if (far) {
        const step = named(`Math.floor(${r.text} / ${n})`, a.inner);
        at(a.inner, `${q.text} = ${q.text} + ${step.text}; ${r.text} = ${r.text} - ${step.text} * ${n};`);
      }
      at(a.inner, `if (${r.text} < 0) { ${q.text} = ${q.text} - 1; ${r.text} = ${r.text} + ${n}; }`);
      at(a.inner, `if (${r.text} >= ${n}) { ${q.text} = ${q.text} + 1; ${r.text} = ${r.text} - ${n}; }`);
      return [q, r] as const;
    });
  const sum = (terms: readonly Whole[]): Whole => {
    const outer = terms.filter((t) => !t.inner && t.text !== '0').map((t) => t.text);
    const inner = terms.filter((t) => t.inner).map((t) => t.text);
    const outerText =
      outer.length > 1 && inner.length > 0 ? once(outer.join(' + '), () => named(outer.join(' + '), false)).text : outer.join(' + ');
    const all = [outerText, ...inner].filter((text) => text !== '');
    return { text: all.length === 0 ? '0' : all.join(' + '), inner: inner.length > 0 };
  };
  const constant = (n: number): Whole => ({ text: `${n}`, inner: false });
  const times = (a: Whole, n: number): Whole =>
    n === 0 || a.text === '0' ? constant(0) : n === 1 ? a : { text: `${a.text} * ${n}`, inner: a.inner };
  const address = ({ view }: Handle, index: Index): Whole => {
    let axis = 0;
    const terms = index.flatMap(({ axes, at: position }) => {
      const group = runs(view.shape.slice(axis, axis + axes), view.strides.slice(axis, axis + axes));
      axis += axes;
      let rest = position;
      return [...group].reverse().map((run, i) => {
        if (i === group.length - 1) return times(rest, run.stride);
        const [q, r] = divide(rest, run.size);
        rest = q;
        return times(r, run.stride);
      });
    });
    return sum([...terms, constant(view.offset)]);
  };
  const flat = (shape: Shape, index: Index): Whole => {
    let axis = 0;
    const terms = index.map(({ axes, at: position }) => {
      axis += axes;
      return times(position, size(shape.slice(axis - axes, axis)) === 1 ? 0 : size(shape.slice(axis)));
    });
    const s = sum(terms);
    return /^\w+$/.test(s.text) ? s : once(s.text, () => named(s.text, s.inner));
  };
  const buffer = (node: Node): string => {
    const i = reads.indexOf(node);
    if (i < 0) reads.push(node);
    return `a${i < 0 ? reads.length - 1 : i}`;
  };
  /** The same place in the dense shape of the node that is seen, its groups kept where they still fit. */
  const inside = (h: Handle, index: Index): Index => {
    const { shape } = h.node;
    if (!isDense(h.view, size(shape))) {
      const where = address(h, index);
      return [{ axes: shape.length, at: /^\w+$/.test(where.text) ? where : once(where.text, () => named(where.text, where.inner)) }];
    }
    let [from, axis] = [0, 0];
    const groups: { axes: number; at: Whole }[] = [];
    for (const group of index) {
      const n = size(h.shape.slice(from, from + group.axes));
      from += group.axes;
      const start = axis;
      for (let m = 1; m < n && axis < shape.length; axis++) m *= shape[axis] as number;
      if (size(shape.slice(start, axis)) !== n) return [{ axes: shape.length, at: flat(h.shape, index) }];
      groups.push({ axes: axis - start, at: group.at });
    }
    const last = groups.pop();
    return last === undefined ? [] : [...groups, { axes: last.axes + shape.length - axis, at: last.at }];
  };
  const read = (h: Handle, index: Index): string => {
    const { node } = h;
    if (node.kind === 'stored' || !inlined(node)) {
      const where = address(h, index);
      const element = `${buffer(node)}[${where.text}]`;
      return once(element, () => declared(element, where.inner));
    }
    const place = inside(h, index);
    return once(`${ids(node)}@${place.map((g) => g.at.text).join()}`, () => node.value(s, place));
  };
  const numbers = new Map<Node, number>();
  const ids = (node: Node): number => {
    if (!numbers.has(node)) numbers.set(node, numbers.size);
    return numbers.get(node) as number;
  };
  const loop = (from: number, n: number, write: (j: Whole) => void): void => {
    const outer = { head, body, known };
    const j = fresh('j');
    body = [];
    known = new Map(known);
    write({ text: j, inner: true });
    const inside = body;
    ({ head, body } = outer);
    known = outer.known;
    line(`for (let ${j} = ${from}; ${j} < ${n}; ${j}++) { ${inside.join(' ')} }`);
  };
  const flatThread: Whole = { text: 'i', inner: false };
  const cells = root.grid ?? gridOf(root, inlined);
  const laid = grid && cells !== undefined && cells.reduce((n, m) => n * m, 1) === size(root.shape) ? cells : undefined;
  const cell = (node: Computed, index: Index): readonly [Whole, Whole, Whole] => {
    const [batch, rows, columns] = node.grid as readonly [number, number, number];
    const here = flat(node.shape, index);
    if (laid !== undefined && here.text === 'i' && laid[1] === rows && laid[2] === columns) {
      const thread = (axis: string): Whole => ({ text: `this.thread.${axis}`, inner: false });
      return [laid[0] > 1 ? thread('z') : constant(0), rows > 1 ? thread('y') : constant(0), thread('x')];
    }
    const [q, column] = columns === 1 ? [here, constant(0)] : divide(here, columns);
    const [b, row] = batch === 1 ? [constant(0), q] : divide(q, rows);
    return [b, row, column];
  };
  const s: Source = {
    number: (c) => (Math.fround(c) < 0 ? `(${Math.fround(c)})` : `${Math.abs(Math.fround(c))}`),
    float,
    whole,
    line,
    divide,
    flat,
    address,
    buffer,
    read,
    loop,
    cell,
  };
  if (laid !== undefined && laid[2] > 1)
    known.set(`i/${laid[2]}`, [
      named(laid[0] > 1 ? `this.thread.y + ${laid[1]} * this.thread.z` : laid[1] > 1 ? 'this.thread.y' : '0', false),
      { text: 'this.thread.x', inner: false },
    ]);
  const result = root.value(s, [{ axes: root.shape.length, at: flatThread }]);
  const [batch, rows, columns] = laid ?? [1, 1, Math.ceil(size(root.shape) / 4) * 4];
  const output = batch > 1 ? [columns, rows, batch] : rows > 1 ? [columns, rows] : [columns];
  const thread = [
    'this.thread.x',
    ...(rows > 1 || batch > 1 ? [`${columns} * this.thread.y`] : []),
    ...(batch > 1 ? [`${columns * rows} * this.thread.z`] : []),
  ];
  const start = `let i = 0; i++; i = ${thread.join(' + ')};`;
  return {
    text: `function (${reads.map((_, i) => `a${i}`).join(', ')}) { ${start} ${head.join(' ')} return ${result}; }`,
    reads,
    output,
  };
};

/** The grid of a product that is computed on the way, in its own order. */
const gridOf = (node: Computed, inlined: (node: Node) => boolean): Computed['grid'] => {
  if (node.grid !== undefined) return node.grid;
  for (const { node: part, view } of node.parts)
    if (part.kind !== 'stored' && inlined(part) && isDense(view, size(part.shape))) {
      const found = gridOf(part, inlined);
      if (found !== undefined) return found;
    }
  return undefined;
};
