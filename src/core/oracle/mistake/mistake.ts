import type { Tensors } from '../../engine/engine.ts';
import { type Variable, vjp } from '../../interpret/vjp.ts';
import type { Ops } from '../../language/ops.ts';
import type { Shaped } from '../../tensor/shape.ts';
import type { BaseName } from '../request/operation-types.ts';
import type { Gradient, Task } from '../request/task.ts';

/** What somebody is asked to compute: the request as it was made, and the right task of it. */
export interface Request {
  readonly op: string;
  readonly attrs: unknown;
  /** The tensors of the request, before anything was made of them. */
  readonly given: Tensors;
  readonly task: Task;
}

/** A known mistake: what it is, and the task that somebody who makes it carries out. */
export interface Mutant {
  readonly name: string;
  /** The mistake in words. */
  readonly says: string;
  /** The operations in which it can be made. Where it is one of a gradient, it is made in `X.vjp` of them. */
  readonly at: readonly BaseName[];
  /** The task as that somebody carries it out; undefined where the request has no place for the mistake. */
  readonly task: (request: Request) => Task | undefined;
}

/** The operation of a request, its gradient being the same operation. */
export const baseOf = ({ op }: Request): BaseName => op.replace(/\.vjp$/, '') as BaseName;

/** Operations with a place for mistakes in one of their parts. */
export const WITH = {
  gelu: ['gelu', 'mlp', 'block', 'forward', 'loss_gradient'],
  layerNorm: ['layernorm', 'block', 'forward', 'loss_gradient'],
  attention: ['mhsa', 'block', 'forward', 'loss_gradient'],
  linear: ['linear', 'mhsa', 'mlp', 'block', 'forward', 'loss_gradient'],
  block: ['block', 'forward', 'loss_gradient'],
  patch: ['patch_embed', 'forward', 'loss_gradient'],
  model: ['forward', 'loss_gradient'],
} as const satisfies Readonly<Record<string, readonly BaseName[]>>;

/** Operations of the language as somebody has them who makes the mistake; the rest are right. */
export type Change = <T extends Shaped>(o: Ops<T>) => Partial<Ops<T>>;

const infected = <T extends Shaped>(change: Change, o: Ops<T>): Ops<T> => ({
  ...o,
  ...change(o),
  within: (name) => infected(change, o.within(name)),
});

/** A mistake in an operation of the language: every program is wrong in that way, and so are its gradients. */
export const inLanguage = (name: string, says: string, at: Mutant['at'], change: Change): Mutant => ({
  name,
  says,
  at,
  task: ({ task }) => ({ ...task, program: (o, inputs) => task.program(infected(change, o), inputs) }),
});

/** Gradients by other rules: `o` is the language that they are written in, `d` that of right gradients. */
export type Rules = <T extends Shaped>(o: Ops<T>, d: Ops<Variable<T>>) => Partial<Ops<Variable<T>>>;

const differently =
  (rules: Rules): NonNullable<Gradient['rules']> =>
  (o) => {
    const within = <T extends Shaped>(base: Ops<T>, d: Ops<Variable<T>>): Ops<Variable<T>> => ({
      ...d,
      ...rules(base, d),
      within: (name) => within(base.within(name), d.within(name)),
    });
    return within(o, vjp(o));
  };

/** A mistake in a rule of a gradient: values are right. */
export const inGradient = (name: string, says: string, at: Mutant['at'], rules: Rules): Mutant => ({
  name,
  says,
  at,
  task: ({ task }) => (task.gradient === undefined ? undefined : { ...task, gradient: { ...task.gradient, rules: differently(rules) } }),
});

/** A value whose changes come from its parents by rules of one's own. */
export const node = <T extends Shaped>(value: T, ...parents: readonly (readonly [Variable<T>, (dy: T) => T])[]): Variable<T> => ({
  shape: value.shape,
  value,
  parents: parents.map(([parent, pull]) => ({ node: parent, pull })),
});

/** The right program on inputs of which some are not what they should be: those whose names `which` finds. */
export const onInputs = (
  name: string,
  says: string,
  at: Mutant['at'],
  which: RegExp,
  change: <T extends Shaped>(o: Ops<T>, t: T) => T,
): Mutant => ({
  name,
  says,
  at,
  task: ({ task }) =>
    Object.keys(task.inputs).some((input) => which.test(input))
      ? {
          ...task,
          program: (o, inputs) =>
            task.program(o, Object.fromEntries(Object.entries(inputs).map(([key, t]) => [key, which.test(key) ? change(o, t) : t]))),
        }
      : undefined,
});

/**
 * The task that somebody with a mistake carries out in place of a request's. Where the request has no place for the mistake it is the right one.
 *
 * @example
 * const given = { x: tensor([1], [1]) };
 * const wrong = E.map((task) => plant(mutantNamed('tanh-gelu'))({ op: 'gelu', attrs: {}, given, task }))(taskOf('gelu', {}, given));
 * E.map((task) => programOf(task)(reference, task.inputs).y.data)(wrong) // ≈ right([0.841192])
 */
export const plant =
  (mutant: Mutant) =>
  (request: Request): Task =>
    (mutant.at.includes(baseOf(request)) ? mutant.task(request) : undefined) ?? request.task;
