import type fc from 'fast-check';
import type { Program } from '../../src/core/language/ops.ts';
import type { Implementation, Tensors } from '../implementation.ts';

/** A program with its inputs; run by the implementation under test, or by `by`. */
export interface Side {
  readonly program: Program;
  readonly inputs: Tensors;
  /** Who runs it. @defaultValue the implementation under test */
  readonly by?: Implementation;
}

/** One instance of a law: two programs whose outputs must agree, name by name. */
export interface Claim {
  /** What was drawn, as plain data: enough to see the case and to make it again. */
  readonly spec: unknown;
  readonly left: Side;
  readonly right: Side;
  /** `≥`: every element of the left is at least that of the right. */
  readonly relation?: '=' | '≥';
}

/**
 * A statement about every implementation of the language. Both sides are programs, so whoever can run a program can be
 * held to it.
 */
export interface Law {
  /** A short name; it also decides which cases a seed gives. */
  readonly name: string;
  /** The law in mathematical notation. */
  readonly statement: string;
  /**
   * Where the sides agree without any tolerance. `everywhere`: the numbers are small integers and no format rounds
   * them. `reference`: the same sums are taken in the same order, so the bits agree where the order is the reference's.
   * `nowhere`: rounding differs, and the error bounds of both sides are allowed.
   */
  readonly exact: 'everywhere' | 'reference' | 'nowhere';
  /** The cases of the law, to draw from and to shrink. */
  readonly claims: fc.Arbitrary<Claim>;
}

/** A law whose two sides take the same inputs. */
export interface Equation {
  /** What was drawn, as in `Claim`. */
  readonly spec: unknown;
  readonly inputs: Tensors;
  readonly left: Program;
  readonly right: Program;
  /** As in `Claim`. @defaultValue '=' */
  readonly relation?: '=' | '≥';
}

/**
 * The claim that two programs agree on the same inputs. A law of one's own is a name, a statement and an arbitrary of such claims.
 *
 * @example
 * import { drawTensor } from 'deit-oracle/properties';
 * const claims = tensorSpecs([4], ['plain']).map((x) => equation({
 *   spec: { x },
 *   inputs: { x: drawTensor(x) },
 *   left: (o, { x }) => ({ y: o.softmax(o.scale(2, x)) }),
 *   right: (o, { x }) => ({ y: o.softmax(x) }),
 * }));
 * const law = { name: 'wrong', statement: 'softmax(2x) = softmax(x)', exact: 'nowhere', claims };
 * await check(law, fromEngine(referenceEngine, { bound: proved(FLOAT64) })) // { law: 'wrong', holds: false, … }
 */
export const equation = ({ spec, inputs, left, right, relation = '=' }: Equation): Claim => ({
  spec,
  left: { program: left, inputs },
  right: { program: right, inputs },
  relation,
});
