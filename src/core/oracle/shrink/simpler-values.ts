import * as E from 'fp-ts/lib/Either.js';
import type { CaseSpec, CaseValues } from '../case/case-spec.ts';
import { givenValues, writtenValues } from '../case/case-values.ts';
import { shapeOf } from '../request/axes.ts';
import type { Input, Kind } from '../request/operation.ts';
import { operationNamed } from '../request/operation-table.ts';
import { fewer, type Knob, type Search } from './search.ts';
import { simplerNumbers } from './simpler-number.ts';

const inputsOf = ({ op, attrs }: CaseSpec): readonly Input[] => {
  const inputs = operationNamed(op)?.inputs(attrs);
  return inputs === undefined || E.isLeft(inputs) ? [] : inputs.right;
};
const withValues = (spec: CaseSpec, name: string, values: CaseValues[string]): CaseSpec => ({
  ...spec,
  values: { ...spec.values, [name]: values },
});
const same = (a: CaseValues[string], b: CaseValues[string]): boolean => a.length === b.length && a.every((x, i) => x === b[i]);

/** Whole tensors in their plainest form: gains of 1, all labels and all probability on the first class, 0 elsewhere. */
const PLAIN: { readonly [K in Kind]?: (i: number, row: number) => number } = {
  gain: () => 1,
  distribution: (i, row) => (i % row === 0 ? 1 : 0),
};
export const plainTensors: Knob = (spec) =>
  inputsOf(spec).flatMap(({ name, kind, axes }) => {
    const values = spec.values?.[name];
    if (values === undefined) return [];
    const row = Math.max(1, shapeOf(axes, spec.dims).at(-1) ?? 1);
    const plain = values.map((_, i) => (PLAIN[kind] ?? (() => 0))(i, row));
    return same(plain, values) ? [] : [withValues(spec, name, plain)];
  });

/** Inputs of other kinds than these: a label is a class, and a distribution must stay one. `dy` has no kind. */
const freeOf = (spec: CaseSpec, kinds: readonly Kind[]): readonly string[] => {
  const fixed = inputsOf(spec).flatMap(({ name, kind }) => (kinds.includes(kind) ? [name] : []));
  return Object.keys(spec.values ?? {}).filter((name) => !fixed.includes(name));
};
const gainsOf = (spec: CaseSpec): readonly string[] => inputsOf(spec).flatMap(({ name, kind }) => (kind === 'gain' ? [name] : []));

/** The places of a tensor that are not 0. */
const filled = (spec: CaseSpec, name: string): readonly number[] => (spec.values?.[name] ?? []).flatMap((x, i) => (x === 0 ? [] : [i]));

/** More zeros: blocks of each tensor, ever smaller; a gain is plain where it is 1. */
export function* zeroed(spec: CaseSpec): Search {
  let best = spec;
  for (const name of freeOf(spec, ['labels', 'distribution', 'gain']))
    best = yield* fewer(
      best,
      (of) => filled(of, name).length,
      (of, from, to) => {
        const gone = new Set(filled(of, name).slice(from, to));
        return withValues(
          of,
          name,
          (of.values?.[name] ?? []).map((x, i) => (gone.has(i) ? 0 : x)),
        );
      },
    );
  return best;
}

/** Every number by itself as simple as it can be. */
export function* simplified(spec: CaseSpec): Search {
  let best = spec;
  const gains = gainsOf(spec);
  for (const name of freeOf(spec, ['labels', 'distribution']))
    for (const [i, x] of (givenValues(spec, name) ?? []).entries())
      for (const simpler of simplerNumbers(x, gains.includes(name) ? 1 : 0)) {
        const proposal = withValues(best, name, (best.values?.[name] ?? []).with(i, writtenValues(Float64Array.of(simpler))[0]));
        if (!(yield proposal)) continue;
        best = proposal;
        break;
      }
  return best;
}

/** Whether the distributions of a case are ones: what was cut out of them must have been 0. */
export const sound = (spec: CaseSpec): boolean =>
  inputsOf(spec).every(({ name, kind, axes }) => {
    const values = kind === 'distribution' ? givenValues(spec, name) : undefined;
    if (values === undefined) return true;
    const row = Math.max(1, shapeOf(axes, spec.dims).at(-1) ?? 1);
    for (let start = 0; start < values.length; start += row)
      if (values.slice(start, start + row).reduce((sum, x) => sum + x, 0) !== 1) return false;
    return true;
  });
