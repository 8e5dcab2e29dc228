import * as E from 'fp-ts/lib/Either.js';
import { size } from '../../tensor/shape.ts';
import type { CaseSpec, CaseValues } from '../case/case-spec.ts';
import { shapeOf } from '../request/axes.ts';
import { operationNamed } from '../request/operation-table.ts';
import { fewer, type Search } from './search.ts';

/** An axis that can be cut: a letter's, or one of those that `…` stands for. */
interface Cut {
  readonly letter: string;
  /** Which of the axes of `…`. */
  readonly at?: number;
}

const lengthOf = ({ dims }: CaseSpec, { letter, at }: Cut): number => {
  const length = dims[letter];
  return typeof length === 'number' ? length : at === undefined ? 0 : (length?.[at] ?? 0);
};

/** Numbers of a shape without the positions of one axis that `gone` names. */
const without = (
  values: CaseValues[string],
  shape: readonly number[],
  axis: number,
  gone: (position: number) => boolean,
): CaseValues[string] => {
  const inner = size(shape.slice(axis + 1));
  return values.filter((_, i) => !gone(Math.floor(i / inner) % shape[axis]));
};

/** A case without a range of one axis, cut out of every input that has the axis; nothing where its tensors are not all written out. */
const cutOut = (spec: CaseSpec, cut: Cut, from: number, to: number): CaseSpec | undefined => {
  const inputs = operationNamed(spec.op)?.inputs(spec.attrs) ?? E.left('');
  const { dims, values = {} } = spec;
  const length = lengthOf(spec, cut);
  if (E.isLeft(inputs) || to - from >= length) return undefined;
  const gone = (position: number): boolean => position % length >= from && position % length < to;
  const cutting = ([name, data]: readonly [string, CaseValues[string]]): readonly [string, CaseValues[string]] => {
    const axes = inputs.right.find((input) => input.name === name)?.axes ?? [];
    const lead = dims['…'];
    const leading = axes[0] === '…' && typeof lead === 'object' ? lead.length : 0;
    let [left, shape] = [data, shapeOf(axes, dims)];
    for (const [i, axis] of axes.entries()) {
      const own = axis === '…' ? cut.letter === '…' : String(axis).replace(/^\d*/, '') === cut.letter;
      if (!own) continue;
      const place = cut.letter === '…' ? (cut.at ?? 0) : axes[0] === '…' ? leading + i - 1 : i;
      left = without(left, shape, place, gone);
      shape = shape.with(place, shape[place] - (to - from) * (shape[place] / length));
    }
    return [name, left];
  };
  const shorter = length - (to - from);
  const whole = dims[cut.letter];
  const { dy: _redrawn, ...kept } = Object.fromEntries(Object.entries(values).map(cutting));
  return {
    ...spec,
    dims: { ...dims, [cut.letter]: typeof whole === 'object' ? whole.with(cut.at ?? 0, shorter) : shorter },
    values: kept,
  };
};

/** Axes of a case that can be cut. */
const cutsOf = ({ dims }: CaseSpec): readonly Cut[] =>
  Object.entries(dims).flatMap(([letter, length]): readonly Cut[] =>
    typeof length === 'object' ? length.map((_, at) => ({ letter, at })) : [{ letter }],
  );

/** Rows, columns, tokens, images that the failure does without: cut out of all inputs that have them, one axis after the other. */
export function* sliced(spec: CaseSpec): Search {
  let best = spec;
  for (const cut of cutsOf(spec))
    best = yield* fewer(
      best,
      (of) => lengthOf(of, cut),
      (of, from, to) => cutOut(of, cut, from, to),
    );
  return best;
}
