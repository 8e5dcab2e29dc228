import type { RecordedProgram } from '../../core/interpret/record.ts';

/** Products of matrices that wait for the one step that uses them, and are computed with it: GELU or an addition. */
export interface Fusion {
  /** Step of the product → step that does it. */
  readonly doneBy: ReadonlyMap<number, number>;
  /** Step that does it → the product, and the other operand of an addition. */
  readonly does: ReadonlyMap<number, { readonly product: number; readonly other?: number }>;
}

/**
 * Find what can leave a matrix product's registers finished: GELU of it, or its sum with another value, where nobody else needs the product itself.
 * Tags and reshapes between the two are no obstacle.
 */
export const fusion = ({ instructions: steps, outputs }: RecordedProgram): Fusion => {
  const uses = steps.map(() => 0);
  for (const { args } of steps) for (const arg of args) uses[arg]++;
  for (const output of Object.values(outputs)) uses[output]++;
  const doneBy = new Map<number, number>();
  const does = new Map<number, { product: number; other?: number }>();
  /** The product that step `i` is, if nobody else needs it. */
  const freeProduct = (i: number): number | undefined => {
    if (uses[i] !== 1 || doneBy.has(i)) return undefined;
    const { op, args } = steps[i];
    if (op === 'linear' || op === 'matmul') return i;
    return op === 'tag' || op === 'reshape' ? freeProduct(args[0]) : undefined;
  };
  steps.forEach(({ op, attrs, args }, i) => {
    if (op === 'gelu' || (op === 'unary' && attrs[0] === 'gelu')) {
      const product = freeProduct(args[0]);
      if (product === undefined) return;
      does.set(i, { product });
      doneBy.set(product, i);
    } else if (op === 'add') {
      const [left, right] = args;
      const mine = freeProduct(right) ?? freeProduct(left);
      if (mine === undefined) return;
      const other = freeProduct(right) === mine ? left : right;
      does.set(i, { product: mine, other });
      doneBy.set(mine, i);
    }
  });
  return { doneBy, does };
};
