import * as E from 'fp-ts/lib/Either.js';
import type { Tensors } from '../../engine/engine.ts';
import { problems, shape, sketch } from '../../interpret/shape.ts';
import { showShape } from '../../tensor/shape.ts';
import { ShapeError } from '../../tensor/tensor.ts';
import { described, readAttributes, type Schema } from './attributes.ts';
import { type Axes, type Lengths, match, showAxes } from './axes.ts';
import type { AttributesOf, BaseName, InputNameOf } from './operation-types.ts';
import { programOf, type Task } from './task.ts';

/** How values of an input are drawn for a case, and so what it is. */
export type Kind = 'value' | 'weight' | 'bias' | 'gain' | 'token' | 'logits' | 'labels' | 'distribution' | 'image' | 'bytes';

/** One input of an operation. */
export interface Input<Name extends string = string> {
  readonly name: Name;
  readonly axes: Axes;
  readonly kind: Kind;
  readonly optional?: boolean;
}

/** What is known of an operation before its attributes are: for its name, its help and its table. */
export interface Operation {
  readonly name: BaseName;
  readonly summary: string;
  readonly outputs: string;
  /** Each attribute in words. */
  readonly attributes: Readonly<Record<string, string>>;
  /** Whether `<name>.vjp` exists. */
  readonly differentiable: boolean;
  /** The same attributes with one of them changed to another of its few choices. */
  readonly alternatives: (attrs: unknown) => readonly { readonly name: string; readonly attrs: unknown }[];
  /** The attributes, those that were left out among them as far as they have a value of their own. */
  readonly completed: (attrs: unknown) => E.Either<string, object>;
  /** The inputs, for given attributes. */
  readonly inputs: (attrs: unknown) => E.Either<string, readonly Input[]>;
  /** What a request asks for; `Left` says in one sentence what is wrong with it. */
  readonly task: (attrs: unknown, given: Tensors) => E.Either<string, Task>;
  /** The same for operations on images, which no engine runs: their result. */
  readonly result?: (attrs: unknown, given: Tensors) => E.Either<string, Tensors>;
  /** Whether its results are bytes, 0 … 255. */
  readonly bytes: boolean;
}

/** What an operation is made of: its attributes' schema, its inputs, and how a checked request becomes a task. */
export interface Definition<N extends BaseName, A = AttributesOf<N>> {
  readonly name: N;
  readonly summary: string;
  readonly outputs: string;
  readonly schema: Schema<A>;
  /** What is wrong with attributes that are each right: `Left`. */
  readonly check?: (attrs: A) => readonly string[];
  readonly inputs: (attrs: A) => readonly Input<InputNameOf<NoInfer<N>>>[];
  /** What is wrong between attributes and tensors, said before the shapes that follow from both. */
  readonly fits?: (attrs: A, given: Tensors) => readonly string[];
  readonly task?: (attrs: A, given: Tensors) => E.Either<string, Task>;
  readonly result?: (attrs: A, given: Tensors) => E.Either<string, Tensors>;
  /** @defaultValue false */
  readonly bytes?: boolean;
}

/** Every mistake in the tensors of a request, in one sentence each. */
const inputProblems = (inputs: readonly Input[], given: Tensors): readonly string[] => {
  const known = new Set(inputs.map((input) => input.name));
  const missing = inputs.filter(({ name, optional }) => optional !== true && !Object.hasOwn(given, name));
  const surplus = Object.keys(given).filter((name) => !known.has(name));
  const found: string[] = [
    ...missing.map(({ name, axes }) => `tensor ${name} ${showAxes(axes)} is missing`),
    ...surplus.map((name) => `tensor ${name} ${showShape(given[name].shape)} is not one of its inputs`),
  ];
  let lengths: Lengths = {};
  for (const { name, axes } of inputs) {
    if (!Object.hasOwn(given, name)) continue;
    const { lengths: more, problem } = match(axes, given[name].shape, lengths);
    lengths = more;
    if (problem !== undefined) found.push(`${name} ${problem}`);
  }
  return found;
};

const some = (problem: readonly string[]): string => {
  const shown = problem.slice(0, 8);
  return `${shown.join('; ')}${problem.length > shown.length ? `; and ${problem.length - shown.length} more` : ''}`;
};

/** A message that begins with the name of its operation and does not say it twice, nor as the language has it: `layerNorm: …`. */
const of = (name: string, message: string): string => {
  const [, first, rest] = /^(\w+): (.*)$/.exec(message) ?? [];
  return `${name}: ${first?.toLowerCase() === name.replaceAll('_', '') ? rest : message}`;
};

/** Shape mistakes inside the program, found without computing anything. */
const sketched = (name: string, task: Task): E.Either<string, Task> => {
  try {
    const inputs = Object.fromEntries(Object.entries(task.inputs).map(([key, t]) => [key, sketch(t.shape)]));
    const wrong = problems(Object.values(programOf(task)(shape, inputs)));
    return wrong.length === 0 ? E.right(task) : E.left(of(name, some(wrong.map((p) => `${p.where}${p.operation}: ${p.message}`))));
  } catch (thrown) {
    if (thrown instanceof ShapeError) return E.left(of(name, thrown.message));
    throw thrown;
  }
};

/** An operation from its definition: every request is checked, attributes, tensors and shapes, before anything is computed. */
export const operation = <N extends BaseName>(d: Definition<N>): Operation => {
  type A = AttributesOf<N>;
  const read = (attrs: unknown): E.Either<string, A> =>
    E.chain((a: A) => {
      const wrong = d.check?.(a) ?? [];
      return wrong.length === 0 ? E.right(a) : E.left(`${d.name}: ${some(wrong)}`);
    })(readAttributes(d.name, d.schema, attrs));
  const checked =
    <R>(make: (a: A, given: Tensors) => E.Either<string, R>) =>
    (attrs: unknown, given: Tensors): E.Either<string, R> =>
      E.chain((a: A) => {
        const unfit = d.fits?.(a, given) ?? [];
        const wrong = unfit.length > 0 ? unfit : inputProblems(d.inputs(a), given);
        if (wrong.length > 0) return E.left(`${d.name}: ${some(wrong)}`);
        return E.mapLeft((message: string) => of(d.name, message))(make(a, given));
      })(read(attrs));
  const { task, result } = d;
  return {
    name: d.name,
    summary: d.summary,
    outputs: d.outputs,
    attributes: described(d.schema),
    differentiable: task !== undefined && d.outputs === 'y',
    alternatives: (attrs) => {
      const a = read(attrs);
      if (E.isLeft(a)) return [];
      return Object.entries(d.schema as Schema<Record<string, unknown>>).flatMap(([key, { choices = [] }]) =>
        choices
          .filter((choice) => choice !== (a.right as Record<string, unknown>)[key])
          .map((choice) => ({ name: `${key} ${choice}`, attrs: { ...a.right, [key]: choice } })),
      );
    },
    completed: read,
    inputs: (attrs) => E.map(d.inputs)(read(attrs)),
    task: (attrs, given) =>
      task === undefined
        ? E.left(`${d.name}: it works on images and has no program`)
        : E.chain((j: Task) => sketched(d.name, j))(checked(task)(attrs, given)),
    ...(result === undefined ? {} : { result: checked(result) }),
    bytes: d.bytes ?? false,
  };
};
