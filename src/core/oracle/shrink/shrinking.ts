import type { CaseSpec } from '../case/case-spec.ts';
import { pinned, pinnedUpstream } from './pinned.ts';
import { repeated, type Search, turning } from './search.ts';
import { RECIPE_KNOBS } from './simpler-recipe.ts';
import { plainTensors, simplified, sound, zeroed } from './simpler-values.ts';
import { sliced } from './sliced.ts';

type Step = (spec: CaseSpec) => Search;
const RECIPE: readonly Step[] = RECIPE_KNOBS.map(turning);
const VALUES: readonly Step[] = [turning(plainTensors), sliced, zeroed, simplified];

/** A search that does not propose what is no fair question. */
function* fair(search: Search): Search {
  let answer = false;
  for (;;) {
    const step = search.next(answer);
    if (step.done) return step.value;
    answer = sound(step.value) && (yield step.value);
  }
}

/** The steps on a case with its numbers written out, where they are few enough and it still fails. */
function* written(spec: CaseSpec, out: CaseSpec | undefined, steps: readonly Step[]): Search {
  if (out === undefined || !(yield out)) return spec;
  return yield* repeated(out, steps);
}

/**
 * The search for the smallest case that fails as one does. First the recipe, by which its numbers are drawn: sizes, attributes, inputs, family,
 * seed. Then, where few numbers are left, these themselves: rows and columns are cut out, blocks become 0, each number ±1, ±½ or one of few digits.
 *
 * @example
 * const spec = { op: 'gelu', dims: { '…': [4], N: 33 }, attrs: {}, family: 'tail', scale: 1, offset: 0, seed: 7 };
 * const negative = ({ values, family }) => (values === undefined ? family === 'tail' : values.x.some((x) => x < 0));
 * const search = shrinking(spec);
 * let step = search.next(false);
 * while (!step.done) step = search.next(negative(step.value));
 * step.value.values.x // [-1]
 */
export function* shrinking(spec: CaseSpec): Search {
  const recipe = yield* repeated(spec, RECIPE);
  const values = yield* fair(written(recipe, recipe.values === undefined ? pinned(recipe) : recipe, VALUES));
  return values.op.endsWith('.vjp') && values.values !== undefined ? yield* fair(written(values, pinnedUpstream(values), VALUES)) : values;
}
