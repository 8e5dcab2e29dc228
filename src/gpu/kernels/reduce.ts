import { rows, type Shape, size } from '../../core/tensor/shape.ts';
import { type Computed, type Handle, handle } from '../trace/graph.ts';

/** Sum over the last axis, ascending, one row a thread. */
export const sumLast = (a: Handle): Handle => {
  const n = a.shape[a.shape.length - 1];
  const node: Computed = {
    kind: 'loop',
    shape: rows(a.shape),
    parts: [a],
    reads: 'once',
    value: (s, at) => {
      const total = s.float('0.0');
      s.loop(0, n, (j) => s.line(`${total} += ${s.read(a, [...at, { axes: 1, at: j }])};`));
      return total;
    },
  };
  return handle(node);
};

/**
 * Largest element of the last axis, NaN where there is one: the maximum of a shader may pass over it. The test is `x == x`, since `x != x` was false of
 * NaN in WebGPU's shaders.
 */
export const maxLast = (a: Handle): Handle => {
  const n = a.shape[a.shape.length - 1];
  const node: Computed = {
    kind: 'loop',
    shape: rows(a.shape),
    parts: [a],
    reads: 'many',
    value: (s, at) => {
      const element = (j: string, inner: boolean): string =>
        `${s.buffer(a.node)}[${s.address(a, [...at, { axes: 1, at: { text: j, inner } }]).text}]`;
      const most = s.float(element('0', false));
      s.loop(1, n, (j) => {
        const x = s.float(element(j.text, true));
        s.line(`${most} = ${x} == ${x} ? (${x} > ${most} ? ${x} : ${most}) : ${x};`);
      });
      return most;
    },
  };
  return handle(node);
};

/** Sum over the leading axes until the shape is `shape`, one element a thread. */
export const sumLeading = (shape: Shape, a: Handle): Handle => {
  const lead = a.shape.length - shape.length;
  const node: Computed = {
    kind: 'loop',
    shape,
    parts: [a],
    reads: 'once',
    value: (s, at) => {
      const total = s.float('0.0');
      s.loop(0, size(a.shape.slice(0, lead)), (j) => s.line(`${total} += ${s.read(a, [{ axes: lead, at: j }, ...at])};`));
      return total;
    },
  };
  return handle(node);
};
