import type { Tensors } from '../../engine/engine.ts';
import { shape, sketch } from '../../interpret/shape.ts';
import { taps as tapsOf, trace, untraced } from '../../interpret/trace.ts';
import { pullback, type Variable, variable, vjp } from '../../interpret/vjp.ts';
import type { Ops, Program } from '../../language/ops.ts';
import { NAMED } from '../../language/signatures.ts';
import { mapRecord } from '../../params/map-record.ts';
import type { Shaped } from '../../tensor/shape.ts';
import { tensor } from '../../tensor/tensor.ts';

/** What an engine is asked to do: a program and its inputs. What depends on a value (labels, a teacher's choice) is already a tensor. */
export interface Task {
  readonly program: Program;
  readonly inputs: Tensors;
  /** What to take gradients of, where gradients are asked for. */
  readonly gradient?: Gradient;
}

/** Gradients of one output of a program. */
export interface Gradient {
  readonly output: string;
  /** The input that holds the upstream gradient; absent: it is 1. */
  readonly upstream?: string;
  /** Inputs to differentiate, each with the name of its gradient. */
  readonly of: Readonly<Record<string, string>>;
  /** Gradients that are 0 by definition: what is learned from, but does not learn. */
  readonly still?: Readonly<Record<string, string>>;
  /** Whether the output itself is wanted too. */
  readonly value?: boolean;
  /** How derivatives are formed. @defaultValue `vjp`; others are those of somebody who gets a rule wrong */
  readonly rules?: <T extends Shaped>(o: Ops<T>) => Ops<Variable<T>>;
}

/** The program that computes gradients of another, in any interpreter. */
const gradientProgram =
  (program: Program, { output, upstream, of, still = {}, value = false, rules = vjp }: Gradient): Program =>
  <T extends Shaped>(o: Ops<T>, inputs: Readonly<Record<string, T>>) => {
    const leaves = mapRecord(variable, inputs);
    const y = program(rules(o), leaves)[output];
    const one = tensor([], [1]);
    const pull = pullback(o, [[y, upstream === undefined ? o.constant(one.shape, one.data) : inputs[upstream]]]);
    // Not 0 · t, which is NaN where a teacher's logit is infinite.
    const zero = (t: T): T => o.repeatLeading(t.shape, o.constant([], Float64Array.of(0)));
    return {
      ...(value ? { [output]: y.value } : {}),
      ...Object.fromEntries(Object.entries(of).map(([name, as]) => [as, pull(leaves[name])])),
      ...Object.fromEntries(Object.entries(still).map(([name, as]) => [as, zero(inputs[name])])),
    };
  };

const INSIDE = /(^|\.)attn_probs$/;

/** A program that also gives what passes the tags of these names; those it does not have are absent. */
const tapped =
  (program: Program, taps: WantedTaps): Program =>
  (o, inputs) => {
    const named = typeof taps === 'string' ? undefined : new Set(taps);
    const deep = taps === 'all' || (named !== undefined && [...named].some((name) => INSIDE.test(name)));
    const outputs = program(deep ? trace(o) : trace(o, '', NAMED), mapRecord(untraced, inputs));
    const seen = Object.entries(tapsOf(Object.values(outputs))).filter(([name]) => named?.has(name) ?? true);
    return { ...Object.fromEntries(seen), ...mapRecord((t) => t.value, outputs) };
  };

/**
 * Tags wanted beside the outputs: these, `all`, or `outside` of named operations, which then stay whole (a fused
 * attention shows no probabilities).
 */
export type WantedTaps = readonly string[] | 'all' | 'outside';

/** What to show of a program. */
export interface TaskOptions {
  /** @defaultValue none */
  readonly taps?: WantedTaps;
}

/**
 * The program of a task as an engine is to run it: differentiated, tapped.
 *
 * @example
 * const task = taskOf('gelu.vjp', {}, { x: tensor([1], [0]), dy: tensor([1], [1]) });
 * E.map((j) => programOf(j)(reference, j.inputs).dx.data[0])(task) // right(0.5)
 */
export const programOf = (task: Task, { taps = [] }: TaskOptions = {}): Program => {
  const program = task.gradient === undefined ? task.program : gradientProgram(task.program, task.gradient);
  return taps.length === 0 ? program : tapped(program, taps);
};

/** The names that can be tapped in a task, in the order in which they pass; found without computing it. */
export const tapNames = (task: Task): readonly string[] => {
  const names = (taps: WantedTaps): readonly string[] =>
    Object.keys(
      programOf(task, { taps })(
        shape,
        mapRecord((t) => sketch(t.shape), task.inputs),
      ),
    );
  const outputs = new Set(names([]));
  return names('all').filter((name) => !outputs.has(name));
};
