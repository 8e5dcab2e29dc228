import type { Ops } from '../language/ops.ts';
import { infer, isMisfit } from '../language/shape-rules.ts';
import { type IsValue, isShaped, NAMED, type OpName } from '../language/signatures.ts';
import { type Shape, type Shaped, shapeProblem } from '../tensor/shape.ts';
import { generic } from './generic.ts';
import { topologicalOrder } from './topological-order.ts';

/** A shape with what it came from, and what is wrong there. */
export interface Sketch extends Shaped {
  readonly problems: readonly ShapeProblem[];
  /** Whether the shape is a guess, after a mistake: what does not fit it is a consequence, not a mistake of its own. */
  readonly guess: boolean;
  readonly args: readonly Sketch[];
}

/** One mistake: which operation, in which part of the model, and what does not fit. */
export interface ShapeProblem {
  /** An operation of the language, or a part of a model that checks its arguments (`deit`). */
  readonly operation: string;
  /** The part of the model (`blocks.3.`), empty outside any. */
  readonly where: string;
  readonly message: string;
}

/** Operations of two tensors of one shape. */
const ELEMENTWISE: ReadonlySet<OpName> = new Set(['add', 'sub', 'mul', 'div']);

const isSketch: IsValue = (value) => isShaped(value) && 'problems' in (value as object);

/** The interpreter whose values are shapes alone: it computes nothing and, after a mistake, goes on with the likeliest shape. */
export const shape: Ops<Sketch> = shapeWithin('');

function shapeWithin(where: string): Ops<Sketch> {
  const sketched = (operation: string, messages: readonly string[], of: Shape, wild: boolean, args: readonly Sketch[]): Sketch => {
    const follows = args.some((a) => a.guess);
    return {
      shape: of,
      args,
      problems: follows ? [] : messages.map((message) => ({ operation, where, message })),
      guess: follows || wild,
    };
  };
  return generic<Sketch>(
    (op, attrs, args) => {
      const [sure, ...more] = ELEMENTWISE.has(op) ? args.filter((a) => !a.guess) : [];
      // Beside a shape that is known, one that is a guess matters no more: a mistake inside a branch ends where the branch does.
      if (sure !== undefined && more.length < args.length - 1) return { shape: sure.shape, args, problems: [], guess: false };
      const of = infer(op, attrs, args.map((a) => a.shape)); // biome-ignore format: one line
      return isMisfit(of) ? sketched(op, [of.problem], of.shape, of.guess === true, args) : sketched(op, [], of, false, args);
    },
    NAMED,
    {
      within: (name) => shapeWithin(`${where}${name}.`),
      refuse: ({ operation, messages, shape: of, guess }, ...args) => sketched(operation, messages, of, guess === true, args),
      isValue: isSketch,
    },
  );
}

/**
 * An input of known shape.
 *
 * @example
 * shape.matmul(sketch([2, 3]), sketch([3, 5])).shape // [2, 5]
 */
export const sketch = (of: Shape): Sketch => {
  const message = shapeProblem(of);
  const problems = message === undefined ? [] : [{ operation: 'sketch', where: '', message }];
  return { shape: [...of], args: [], problems, guess: message !== undefined };
};

/**
 * Every shape mistake below `outputs`, at once, in the order of the program; empty when all fits. What only follows from
 * an earlier mistake is left out.
 *
 * @example
 * problems([shape.add(sketch([2]), sketch([3]))]).length // 1
 */
export const problems = (outputs: readonly Sketch[]): readonly ShapeProblem[] =>
  topologicalOrder(outputs, (node) => node.args).flatMap((node) => node.problems);
