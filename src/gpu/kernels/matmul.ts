import { size } from '../../core/tensor/shape.ts';
import { type Computed, type Handle, handle, type Whole, whole } from '../trace/graph.ts';

/** Products between two tests of the loop: measured best of 1, 4 and 8 on webasm and webgpu. */
const UNROLL = 8;

/**
 * `(…, M, K) @ (…, K, N)`: k ascending, one accumulator, operands read where they lie (a transposed or sliced one is not
 * copied) through two running addresses.
 */
export const matmul = (a: Handle, b: Handle): Handle => {
  const rank = a.shape.length;
  const [rows, k] = a.shape.slice(-2) as [number, number];
  const columns = b.shape[rank - 1];
  const lead = a.shape.slice(0, -2);
  const node: Computed = {
    kind: 'loop',
    shape: [...lead, rows, columns],
    parts: [a, b],
    reads: 'many',
    grid: [size(lead), rows, columns],
    value: (s, at) => {
      const [batch, row, column] = s.cell(node, at);
      const start = (h: Handle, first: Whole, second: Whole): string =>
        s.integer(
          s.address(h, [
            { axes: rank - 2, at: batch },
            { axes: 1, at: first },
            { axes: 1, at: second },
          ]).text,
        );
      const p = start(a, row, whole(0));
      const q = start(b, whole(0), column);
      const total = s.float('0.0');
      const advance = (name: string, by: number): string => (by === 1 ? `${name}++;` : `${name} = ${name} + ${by};`);
      const step = `${total} += ${s.buffer(a.node)}[${p}] * ${s.buffer(b.node)}[${q}]; ${advance(p, a.strides[rank - 1])} ${advance(q, b.strides[rank - 2])}`;
      const turns = Math.floor(k / UNROLL);
      if (turns > 0) s.loop(0, turns, () => s.line(Array.from({ length: UNROLL }, () => step).join(' ')));
      for (let i = turns * UNROLL; i < k; i++) s.line(step);
      return total;
    },
  };
  return handle(node);
};
