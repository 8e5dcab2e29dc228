import { type Shape, withAxis } from '../../core/tensor/shape.ts';
import { type Computed, type Handle, handle } from '../trace/graph.ts';

/** Parts laid along `axis` of `shape`, each from its own start; zeros where there is none. */
export const laid = (shape: Shape, axis: number, parts: readonly { readonly part: Handle; readonly start: number }[]): Handle => {
  const inner = shape.slice(axis + 1).reduce((n, m) => n * m, 1);
  const node: Computed = {
    kind: 'map',
    shape,
    parts: parts.map(({ part }) => part),
    reads: 'many',
    value: (s, at) => {
      const place = s.flat(shape, at);
      const [rest, last] = s.divide(place, inner);
      const [first, along] = s.divide(rest, shape[axis]);
      const out = s.float('0.0');
      for (const { part, start } of parts) {
        const here = start === 0 ? along : { text: s.integer(`${along.text} - ${start}`, along.inner), inner: along.inner };
        const where = s.address(part, [
          { axes: axis, at: first },
          { axes: 1, at: here },
          { axes: shape.length - axis - 1, at: last },
        ]);
        const end = part.shape[axis];
        s.line(`if (${here.text} >= 0) { if (${here.text} < ${end}) { ${out} = ${s.buffer(part.node)}[${where.text}]; } }`);
      }
      return out;
    },
  };
  return handle(node);
};

/** At most this many parts are read by one kernel: a shader stage may bind eight buffers, and one is the result. */
const PARTS = 6;

/** The parts side by side on `axis`. */
export const joined = (axis: number, parts: readonly Handle[]): Handle => {
  if (parts.length > PARTS) {
    const groups = Array.from({ length: Math.ceil(parts.length / PARTS) }, (_, i) => parts.slice(i * PARTS, (i + 1) * PARTS));
    return joined(
      axis,
      groups.map((group) => joined(axis, group)),
    );
  }
  const starts = parts.map((_, i) => parts.slice(0, i).reduce((n, { shape }) => n + shape[axis], 0));
  const length = parts.reduce((n, { shape }) => n + shape[axis], 0);
  return laid(
    withAxis(parts[0].shape, axis, length),
    axis,
    parts.map((part, i) => ({ part, start: starts[i] })),
  );
};
