import * as E from 'fp-ts/lib/Either.js';
import type { Arithmetic } from '../../engine/arithmetic.ts';
import type { Tensors } from '../../engine/engine.ts';
import { record } from '../../interpret/record.ts';
import { withTaps } from '../../interpret/record-taps.ts';
import { reference } from '../../interpret/reference.ts';
import { mapRecord } from '../../params/map-record.ts';
import { sameShape } from '../../tensor/shape.ts';
import { ShapeError, type Tensor } from '../../tensor/tensor.ts';
import { type Bounded, bounded, exact, stored } from '../bound/interpreter.ts';
import { operationNamed, taskOf } from '../request/operation-table.ts';
import { programOf, type Task } from '../request/task.ts';
import { type Mutant, plant, type Request } from './mistake.ts';
import { overflowing } from './overflowing.ts';
import { slice } from './slice.ts';

/** What somebody may have done instead of what was asked. */
export interface Suspect {
  readonly name: string;
  /** The task that they carried out; the right one where they did what was asked. */
  readonly task: (request: Request) => Task;
  /** How they compute, where that is what they did instead. @defaultValue the arithmetic in which they are judged */
  readonly arithmetic?: Arithmetic;
}

/** Somebody with a known mistake. */
export const suspectOf = (mutant: Mutant): Suspect => ({ name: mutant.name, task: plant(mutant) });

/** Those who did the same with another value of an attribute that has few: another variant, direction, reduction. */
export const suspectsByAttribute = (requests: readonly Request[]): readonly Suspect[] => {
  const of = ({ op, attrs }: Request) => operationNamed(op)?.alternatives(attrs) ?? [];
  const names = new Set(requests.flatMap((request) => of(request).map(({ name }) => name)));
  return [...names].map((name) => ({
    name,
    task: (request) => {
      const other = of(request).find((alternative) => alternative.name === name);
      return E.getOrElse(() => request.task)(other === undefined ? E.left('') : taskOf(request.op, other.attrs, request.given));
    },
  }));
};

/** What a suspect makes of a request, place by place, each from the implementation's own activations before it; `undefined` where they have no such place. */
export interface Account {
  readonly value: (place: string) => Tensor | undefined;
  /** The same where the format of the arithmetic may overflow. */
  readonly overflowed: (place: string) => Tensor | undefined;
  readonly bound: (place: string) => Bounded | undefined;
}

const INSIDE = /(^|\.)attn_probs$/;
const usable = ({ data }: Tensor): boolean => {
  for (let i = 0; i < data.length; i++) if (!Number.isFinite(data[i])) return false;
  return true;
};

/** The largest number of an arithmetic's format. */
const roofOf = ({ largest, u }: Arithmetic): number => largest ?? (u < 1e-12 ? Number.MAX_VALUE : 3.4028234663852886e38);

/** A suspect's account of a request, beside what an implementation gave; none where what they do does not fit it. */
export const accountOf = (suspect: Suspect, arithmetic: Arithmetic, request: Request, got: Tensors): Account | undefined => {
  const own = suspect.arithmetic ?? arithmetic;
  try {
    const task = suspect.task(request);
    const whole = record(
      programOf(task),
      mapRecord(({ shape }: Tensor) => shape, task.inputs),
    );
    const inner = Object.keys(got).filter((name) => INSIDE.test(name));
    const recorded = inner.length === 0 ? whole : withTaps(whole, 'all');
    const at = (name: string): Tensor | undefined => (Object.hasOwn(got, name) && usable(got[name]) ? got[name] : undefined);
    const lazy = <A>(make: () => A): (() => A) => {
      let made: { readonly value: A } | undefined;
      return () => {
        made ??= { value: make() };
        return made.value;
      };
    };
    const input = (name: string): Tensor => task.inputs[name];
    const value = lazy(() => slice(recorded, reference, { input, instead: at }));
    const overflowed = lazy(() => slice(recorded, overflowing(roofOf(own)), { input, instead: at }));
    const bound = lazy(() =>
      slice<Bounded>(recorded, bounded(own, reference), {
        input: (name) => stored(own, input(name)),
        instead: (name) => {
          const t = at(name);
          return t === undefined ? undefined : exact(t);
        },
      }),
    );
    return { value: (p) => value()(p), overflowed: (p) => overflowed()(p), bound: (p) => bound()(p) };
  } catch (thrown) {
    if (thrown instanceof ShapeError) return undefined;
    throw thrown;
  }
};

/** Whether a tensor of an account can be held against one that was given. */
export const comparable = (t: Tensor | undefined, got: Tensor | undefined): t is Tensor =>
  t !== undefined && got !== undefined && sameShape(t.shape, got.shape) && got.data.length === t.data.length;
