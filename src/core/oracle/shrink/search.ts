import type { CaseSpec } from '../case/case-spec.ts';

/**
 * A search for the smallest case that still fails. It proposes one case after the other, is told of each whether it fails in the same way, and
 * returns the smallest that did. Who runs it may stop at any time: the last case that failed is the best so far.
 */
export type Search = Generator<CaseSpec, CaseSpec, boolean>;

/** Ways to make a case simpler in one respect, the boldest first; none where it is as simple as it can be. Each must be simpler, or there would be no end. */
export type Knob = (spec: CaseSpec) => Iterable<CaseSpec>;

/** Turns a knob as far as the failure allows. */
function* turned(spec: CaseSpec, knob: Knob): Search {
  let best = spec;
  search: for (;;) {
    for (const simpler of knob(best))
      if (yield simpler) {
        best = simpler;
        continue search;
      }
    return best;
  }
}

/** Lets steps follow one another, again and again, until none of them finds anything simpler. */
export function* repeated(spec: CaseSpec, steps: readonly ((spec: CaseSpec) => Search)[]): Search {
  let best = spec;
  for (;;) {
    const before = best;
    for (const step of steps) best = yield* step(best);
    if (best === before) return best;
  }
}

/** The step that turns a knob. */
export const turning =
  (knob: Knob) =>
  (spec: CaseSpec): Search =>
    turned(spec, knob);

/**
 * Tries to do without parts of a whole of `count`: first halves, then quarters, at last one by one, as delta debugging does.
 *
 * @param without the case without the parts from `from` to before `to`, or nothing where that is no case
 * @param countOf how many parts a case has; those that were taken away are gone
 */
export function* fewer(
  spec: CaseSpec,
  countOf: (spec: CaseSpec) => number,
  without: (spec: CaseSpec, from: number, to: number) => CaseSpec | undefined,
): Search {
  let best = spec;
  for (let piece = Math.ceil(countOf(spec) / 2); piece >= 1; piece = piece === 1 ? 0 : Math.ceil(piece / 2))
    for (let from = 0; from < countOf(best); ) {
      const count = countOf(best);
      const simpler = without(best, from, Math.min(count, from + piece));
      if (simpler !== undefined && (yield simpler)) best = simpler;
      // Where the parts are gone, others have come to their place.
      if (countOf(best) === count) from += piece;
    }
  return best;
}
