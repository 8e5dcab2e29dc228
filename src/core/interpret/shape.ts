import { lineage } from '../lineage.ts';
import type { Ops } from '../ops.ts';
import type { Shape, Shaped } from '../shape.ts';
import { infer } from '../shape-rules.ts';
import { NAMED, type OpName, uniform } from '../uniform.ts';

/** A shape with what it came from, and what is wrong there. */
export interface Sketch extends Shaped {
  readonly problem?: ShapeProblem;
  readonly args: readonly Sketch[];
}

/** One mistake: which operation, in which part of the model, and what does not fit. */
export interface ShapeProblem {
  readonly operation: OpName;
  /** The part of the model (`blocks.3.`), empty outside any. */
  readonly where: string;
  readonly message: string;
}

/** The interpreter whose values are shapes alone: it computes nothing and, after a mistake, goes on with the likeliest shape. */
export const shape: Ops<Sketch> = shapeWithin('');

function shapeWithin(where: string): Ops<Sketch> {
  return uniform<Sketch>(
    (operation, attrs, args) => {
      const { shape, problem } = infer(operation, attrs, args.map((a) => a.shape)); // biome-ignore format: one line
      return { shape, args, ...(problem === undefined ? {} : { problem: { operation, where, message: problem } }) };
    },
    NAMED,
    (name) => shapeWithin(`${where}${name}.`),
  );
}

/**
 * An input of known shape.
 *
 * @example
 * shape.matmul(sketch([2, 3]), sketch([3, 5])).shape // [2, 5]
 */
export const sketch = (of: Shape): Sketch => ({ shape: of, args: [] });

/**
 * Every shape mistake below `outputs`, at once, in the order of the program; empty when all fits.
 *
 * @example
 * problems([shape.add(sketch([2]), sketch([3]))]).length // 1
 */
export const problems = (outputs: readonly Sketch[]): readonly ShapeProblem[] =>
  lineage(outputs, (node) => node.args).flatMap((node) => (node.problem === undefined ? [] : [node.problem]));
