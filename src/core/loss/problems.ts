import { isShaped } from '../language/signatures.ts';
import { type Shape, type Shaped, sameShape, showShape } from '../tensor/shape.ts';
import { choiceProblem } from '../text/show-value.ts';

/** What is wrong with logits and with the targets that they are held against, which are `(B, C)` alike: one sentence, or none. */
export const targetProblems = (
  logits: readonly [name: string, of: Shaped],
  target: readonly [name: string, of: Shaped],
): readonly string[] => misfits(logits, target, ({ length }) => (length < 2 ? '; oneHot makes targets of labels' : ''));

/** The same of two logits. */
export const logitsProblems = (a: readonly [name: string, of: Shaped], b: readonly [name: string, of: Shaped]): readonly string[] =>
  misfits(a, b, () => '');

const misfits = (
  [name, of]: readonly [string, Shaped],
  [otherName, target]: readonly [string, Shaped],
  advice: (other: Shape) => string,
): readonly string[] => {
  const strangers = [
    ...(isShaped(of) ? [] : [`${name} are not a tensor`]),
    ...(isShaped(target) ? [] : [`${otherName} is not a tensor${advice([])}`]),
  ];
  if (strangers.length > 0) return strangers;
  const [{ shape }, { shape: other }] = [of, target];
  if (shape.length !== 2) return [`${name} ${showShape(shape)} are not (B, C)`];
  return sameShape(shape, other) ? [] : [`${name} ${showShape(shape)} and ${otherName} ${showShape(other)} are not alike${advice(other)}`];
};

/** What is wrong with the name of a variant. */
export const nameProblems = (what: string, names: readonly string[], given: string): readonly string[] => {
  const problem = choiceProblem(what, names, given);
  return problem === undefined ? [] : [problem];
};

/** What is wrong with the weight of a term: any number will do. */
export const weightProblems = (name: string, given: number): readonly string[] =>
  Number.isFinite(given) ? [] : [`${name} must be a number, got ${given}`];

/** What is wrong with a temperature. */
export const temperatureProblems = (tau: number): readonly string[] => (tau > 0 ? [] : [`tau must be a number above 0, got ${tau}`]);
