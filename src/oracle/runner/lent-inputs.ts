import type { Tensors } from '../../core/engine/engine.ts';
import { type Comparison, NOTHING } from '../../core/oracle/verdict/compare.ts';
import { type Tensor, tensor } from '../../core/tensor/tensor.ts';

/** Inputs that are lent to those who are judged, and must come back as they were. */
export interface LentInputs {
  /** What somebody makes of copies of the inputs. */
  readonly lend: <A>(inputs: Tensors, to: (lent: Tensors) => A | Promise<A>) => Promise<A>;
  /** A failure where an input was written to, by any run: nobody may, and it would be judged against what it has made of it. */
  readonly untouched: () => Comparison;
}

const sameData = (a: Tensor, b: Tensor): boolean => {
  for (let i = 0; i < a.data.length; i++) if (!Object.is(a.data[i], b.data[i])) return false;
  return true;
};

/** Lending to somebody: `who` is what a failure calls them. */
export const lentInputs = (who: string): LentInputs => {
  let changed: string | undefined;
  return {
    lend: async (inputs, to) => {
      const lent = Object.fromEntries(Object.entries(inputs).map(([name, { shape, data }]) => [name, tensor(shape, data)]));
      const result = await to(lent);
      changed ??= Object.keys(lent).find((name) => !sameData(lent[name], inputs[name]));
      return result;
    },
    untouched: () =>
      changed === undefined
        ? NOTHING
        : { ...NOTHING, failed: 1, failure: 'inputs', problem: `${who} writes to its input ${changed}; inputs must stay as they are` },
  };
};
