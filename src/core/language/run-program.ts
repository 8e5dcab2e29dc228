import { type Shape, type Shaped, shapeProblem } from '../tensor/shape.ts';
import { ShapeError } from '../tensor/tensor.ts';
import { isPromise, isRecord, showList, showValue } from '../text/show-value.ts';
import { NO_VALUE } from './attribute-rules.ts';
import type { Ops, Program } from './ops.ts';
import type { IsValue } from './signatures.ts';

/** What is wrong with the shapes of the inputs that a program is to be compiled for. */
export const shapesProblem = (inputs: Readonly<Record<string, Shape>>): string | undefined => {
  if (!isRecord(inputs)) return `compile needs the shapes of the inputs by name, {} where there are none, got ${showValue(inputs)}`;
  for (const [name, shape] of Object.entries(inputs)) {
    const problem = shapeProblem(shape);
    if (problem !== undefined) return `input ${name}: ${problem}`;
  }
  return undefined;
};

/** What JavaScript itself asks of any object. */
const ASKED_OF_ALL: readonly string[] = ['then', 'toJSON'];

/** What a program has read of its inputs. */
interface Reading<R> {
  readonly inputs: R;
  /** Names that it asked for in vain. */
  readonly absent: Set<string>;
  readonly unread: Set<string>;
}
const reading = <R extends object>(given: R): Reading<R> => {
  const absent = new Set<string>();
  const unread = new Set(Object.keys(given));
  const inputs = new Proxy(given, {
    get: (all, name) => {
      if (typeof name === 'string') {
        unread.delete(name);
        if (!(name in all || ASKED_OF_ALL.includes(name))) absent.add(name);
      }
      return Reflect.get(all, name);
    },
  });
  return { inputs, absent, unread };
};

/** Whether an exception is what comes of using `undefined`. */
const fromUndefined = (thrown: unknown): boolean =>
  thrown instanceof ShapeError ? thrown.message.endsWith(NO_VALUE) : thrown instanceof TypeError && thrown.message.includes('undefined');

/**
 * What a function makes of named inputs, its mistakes in their names made plain. An input that is absent is `undefined`, as a bias may be; but to read
 * one and leave another unread is a slip of the pen, and so is to compute with it. (Asked for with `in` first, it is not a slip.)
 *
 * @throws ShapeError with the name of the input that was asked for in vain.
 */
export const withInputNames = <R extends object, A>(given: R, f: (inputs: R) => A): A => {
  const { inputs, absent, unread } = reading(given);
  const mistake = (more: string): ShapeError | undefined => {
    const [name] = absent;
    if (name === undefined) return undefined;
    const names = Object.keys(given);
    return new ShapeError('', `the program reads input ${name}; its inputs are ${names.length === 0 ? 'none' : showList(names)}${more}`);
  };
  let made: A;
  try {
    made = f(inputs);
  } catch (thrown) {
    throw (fromUndefined(thrown) ? mistake(` (${(thrown as Error).message})`) : undefined) ?? thrown;
  }
  const slip =
    unread.size > 0
      ? mistake(`, and ${showList([...unread])} stays unread; ask "${[...absent][0]}" in inputs where it is optional`)
      : undefined;
  if (slip !== undefined) throw slip;
  return made;
};

/** What is wrong with what a program gave back. */
const outputsProblem = (outputs: unknown, isValue: IsValue): string | undefined => {
  const plain =
    typeof outputs === 'object' && outputs !== null && !(Symbol.iterator in outputs) && !isPromise(outputs) && !isValue(outputs);
  if (!plain) return `a program's outputs must be a record of tensors, as in { y }, got ${showValue(outputs)}`;
  const [stranger] = Object.entries(outputs).filter(([, value]) => !isValue(value));
  if (stranger === undefined) return undefined;
  const [name, value] = stranger;
  return `output ${name} is not a value of the program: it is ${showValue(value)}; return an input, o.constant, or what an operation gave`;
};

/**
 * The outputs of a program in an interpreter that knows its own values by `isValue`.
 *
 * @throws ShapeError when it is not a program, reads inputs that it does not have, or returns anything but named values of the interpreter.
 */
export const runProgram = <T extends Shaped>(
  program: Program,
  o: Ops<T>,
  given: Readonly<Record<string, T>>,
  isValue: IsValue,
): Readonly<Record<string, T>> => {
  if (typeof program !== 'function')
    throw new ShapeError('', `a program must be a function, as in (o, { x }) => ({ y: o.scale(2, x) }), got ${showValue(program)}`);
  const outputs = withInputNames(given, (inputs) => program(o, inputs));
  const problem = outputsProblem(outputs, isValue);
  if (problem !== undefined) throw new ShapeError('', problem);
  return outputs;
};
