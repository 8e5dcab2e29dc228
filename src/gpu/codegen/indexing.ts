import { type Shape, size } from '../../core/tensor/shape.ts';
import { isWholeView, joinAxes } from '../../core/tensor/view.ts';
import { type Handle, type Index, type Source, type Whole, whole } from '../trace/graph.ts';
import type { Scope } from './scope.ts';

/** How a back end wants its kernels. */
export interface Layout {
  /** Whether a matrix product is laid out as a grid of threads, so that neighbours share rows and columns. */
  readonly grid: boolean;
  /** The function that makes a float an integer, where assigning one does not. */
  readonly truncate?: string;
}

/** Up to here a quotient of floats is at most one off, with the 2.5 ulp of error that GPUs may have. */
const EXACT_QUOTIENTS = 2 ** 22;

/** Arithmetic on indices, written into `scope`; `reach` is the largest number it must count to. */
export const indexing = (
  scope: Scope,
  reach: number,
  layout: Layout,
): Pick<Source, 'divide' | 'flat' | 'address'> & { readonly within: (h: Handle, index: Index) => Index } => {
  const named = (text: string, inner: boolean): Whole => ({ text: scope.integer(text, inner), inner });
  /** A sum of terms as one name, unless it is one already. */
  const atom = (a: Whole): Whole => (/^\w+$/.test(a.text) ? a : scope.once(a.text, () => named(a.text, a.inner)));
  const floored = (quotient: string): string =>
    layout.truncate === undefined ? `Math.floor(${quotient})` : `${layout.truncate}(Math.floor(${quotient}))`;
  const times = (a: Whole, n: number): Whole =>
    n === 0 || a.text === '0' ? whole(0) : n === 1 ? a : { text: `${a.text} * ${n}`, inner: a.inner };
  const sum = (terms: readonly Whole[]): Whole => {
    const texts = (inner: boolean): readonly string[] => terms.filter((t) => t.inner === inner && t.text !== '0').map((t) => t.text);
    const [fixed, moving] = [texts(false), texts(true)];
    const base = fixed.join(' + ');
    const all =
      fixed.length > 1 && moving.length > 0 ? [scope.once(base, () => named(base, false)).text, ...moving] : [...fixed, ...moving];
    return all.length === 0 ? whole(0) : { text: all.join(' + '), inner: moving.length > 0 };
  };

  // There is no integer division: the quotient of floats, which may be off, is put right with the integer remainder.
  const divide: Source['divide'] = (a, n) => {
    if (n === 1) return [a, whole(0)];
    return scope.once(`${a.text}/${n}`, () => {
      const q = named(floored(`${a.text} / ${n}`), a.inner);
      const r = named(`${a.text} - ${q.text} * ${n}`, a.inner);
      const move = (by: string): string => `${q.text} = ${q.text} + ${by}; ${r.text} = ${r.text} - ${by} * ${n};`;
      if (reach > EXACT_QUOTIENTS) scope.place(a.inner, move(named(floored(`${r.text} / ${n}`), a.inner).text));
      scope.place(a.inner, `if (${r.text} < 0) { ${q.text} = ${q.text} - 1; ${r.text} = ${r.text} + ${n}; }`);
      scope.place(a.inner, `if (${r.text} >= ${n}) { ${q.text} = ${q.text} + 1; ${r.text} = ${r.text} - ${n}; }`);
      return [q, r] as const;
    });
  };
  const address: Source['address'] = (view, index) => {
    let axis = 0;
    const terms = index.flatMap(({ axes, at }) => {
      const group = joinAxes(view.shape.slice(axis, axis + axes), [view.strides.slice(axis, axis + axes)]).toReversed();
      axis += axes;
      let rest = at;
      return group.map(({ length, steps: [step] }, i) => {
        if (i === group.length - 1) return times(rest, step);
        const [q, r] = divide(rest, length);
        rest = q;
        return times(r, step);
      });
    });
    return sum([...terms, whole(view.offset)]);
  };
  const flat = (shape: Shape, index: Index): Whole => {
    let axis = 0;
    const terms = index.map(({ axes, at }) => {
      axis += axes;
      return times(at, size(shape.slice(axis - axes, axis)) === 1 ? 0 : size(shape.slice(axis)));
    });
    return atom(sum(terms));
  };
  /** The same place in the row-major shape of the node that is seen, its groups kept where they still fit. */
  const within = (h: Handle, index: Index): Index => {
    const { shape } = h.node;
    if (!isWholeView(h, size(shape))) return [{ axes: shape.length, at: atom(address(h, index)) }];
    const groups: { axes: number; at: Whole }[] = [];
    let [seen, axis] = [0, 0];
    for (const { axes, at } of index) {
      const n = size(h.shape.slice(seen, seen + axes));
      const start = axis;
      for (let m = 1; m < n && axis < shape.length; axis++) m *= shape[axis];
      if (size(shape.slice(start, axis)) !== n) return [{ axes: shape.length, at: flat(h.shape, index) }];
      seen += axes;
      groups.push({ axes: axis - start, at });
    }
    const last = groups.pop();
    return last === undefined ? [] : [...groups, { axes: last.axes + shape.length - axis, at: last.at }];
  };
  return { divide, address, flat, within };
};
