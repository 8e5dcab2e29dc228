import * as E from 'fp-ts/lib/Either.js';
import type { Tensors } from '../../engine/engine.ts';
import { size } from '../../tensor/shape.ts';
import { adopt, type Floats, type Tensor } from '../../tensor/tensor.ts';
import type { CaseSpec } from '../case/case-spec.ts';
import { shapeOf } from '../request/axes.ts';
import { operationNamed } from '../request/operation-table.ts';
import { drawRequest } from './draw-request.ts';

/** Most numbers of a tensor that are written out in a line, and of all inputs that are drawn for it. */
const MOST = 16;
const DRAWN = 256;

const nested = (shape: readonly number[], data: Floats, from = 0): string => {
  const [first, ...rest] = shape;
  if (first === undefined) return String(Object.is(data[from], -0) ? '-0' : data[from]);
  const step = rest.reduce((product, n) => product * n, 1);
  return `[${Array.from({ length: first }, (_, i) => nested(rest, data, from + i * step)).join(', ')}]`;
};

/** A tensor that is one number again and again, in short. */
const shown = ([name, { shape, data }]: readonly [string, Tensor]): string => {
  const same = data.length > 4 && Array.from(data).every((x) => Object.is(x, data[0]));
  return `${name} = ${same ? `${data[0]} in all ${data.length}` : nested(shape, data)}`;
};
const isShort = ({ data }: Tensor): boolean => data.length <= MOST || Array.from(data).every((x) => Object.is(x, data[0]));

const attributesShown = (attrs: CaseSpec['attrs']): readonly string[] =>
  Object.entries(attrs).map(([name, value]) => `${name} = ${typeof value === 'object' ? JSON.stringify(value) : value}`);
const lengthsShown = ({ dims }: CaseSpec): readonly string[] =>
  Object.entries(dims).map(([letter, length]) => `${letter} = ${typeof length === 'number' ? length : `(${length.join(', ')})`}`);

/** Whether all inputs of a case together are few enough to be drawn just to be shown. */
const isSmall = (spec: CaseSpec): boolean => {
  const inputs = operationNamed(spec.op)?.inputs(spec.attrs);
  if (inputs === undefined || E.isLeft(inputs)) return false;
  return inputs.right.reduce((sum, { axes }) => sum + size(shapeOf(axes, spec.dims)), 0) <= DRAWN;
};

/**
 * A case in one line: its numbers where it has some of its own and they are few, else its sizes and how they are drawn.
 *
 * @example
 * showCase({ op: 'gelu', dims: { '…': [], N: 1 }, attrs: {}, family: 'ones', scale: 1, offset: 0, seed: 0, values: { x: [-2.5] } })
 * // 'gelu x = [-2.5]'
 */
export const showCase = (spec: CaseSpec): string => {
  const drawn = spec.values !== undefined && isSmall(spec) ? drawRequest(spec) : E.left('');
  const tensors = E.isLeft(drawn) ? [] : Object.entries(drawn.right);
  const written = tensors.length > 0 && tensors.every(([, t]) => isShort(t));
  const numbers = written ? tensors.map(shown) : [...lengthsShown(spec), spec.family, `seed ${spec.seed}`];
  return `${spec.op} ${[...numbers, ...attributesShown(spec.attrs)].join(', ')}`;
};

/**
 * Inputs in a line each, every number in six digits; none where they are too many to be read.
 *
 * @example
 * inputLines({ x: tensor([2], [1, 0.1234567]) }) // ['x = [1, 0.123457]']
 */
export const inputLines = (inputs: Tensors): readonly string[] => {
  const all = Object.entries(inputs);
  if (all.reduce((sum, [, { data }]) => sum + data.length, 0) > DRAWN / 2) return [];
  const short = (t: Tensor): Tensor =>
    adopt(
      t.shape,
      Float64Array.from(t.data, (x) => Number(x.toPrecision(6))),
    );
  return all.map(([name, t]) => shown([name, short(t)]));
};
