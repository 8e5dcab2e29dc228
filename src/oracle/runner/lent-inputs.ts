import type { Tensors } from '../../core/engine/engine.ts';
import { type Comparison, NOTHING } from '../../core/oracle/verdict/compare.ts';
import { type Tensor, tensor } from '../../core/tensor/tensor.ts';
import { watchIntrinsics } from './intrinsics.ts';

/** Inputs that are lent to those who are judged, and must come back as they were, in a language that is as it was. */
export interface LentInputs {
  /** What somebody makes of copies of the inputs, fresh ones at every call. */
  readonly lend: <A>(inputs: Tensors, to: (lent: Tensors) => A | Promise<A>) => Promise<A>;
  /** A failure where an input was written to, by any run, or a function of the language replaced: nobody may, and nothing could be judged after it. */
  readonly untouched: () => Comparison;
}

const sameData = (a: Tensor, b: Tensor): boolean => {
  for (let i = 0; i < a.data.length; i++) if (!Object.is(a.data[i], b.data[i])) return false;
  return true;
};

/** Lending to somebody: `who` is what a failure calls them. */
export const lentInputs = (who: string): LentInputs => {
  const watch = watchIntrinsics();
  let changed: string | undefined;
  let replaced: string | undefined;
  const failure = (failure: 'inputs' | 'tampering', problem: string): Comparison => ({ ...NOTHING, failed: 1, failure, problem });
  return {
    lend: async (inputs, to) => {
      const lent = Object.fromEntries(Object.entries(inputs).map(([name, { shape, data }]) => [name, tensor(shape, data)]));
      try {
        return await to(lent);
      } finally {
        const found = watch();
        replaced ??= found;
        changed ??= Object.keys(lent).find((name) => !sameData(lent[name], inputs[name]));
      }
    },
    untouched: () => {
      if (replaced !== undefined)
        return failure('tampering', `${who} replaces ${replaced}, a function of the language that it is judged with; it was put back`);
      return changed === undefined ? NOTHING : failure('inputs', `${who} writes to its input ${changed}; inputs must stay as they are`);
    },
  };
};
