import * as E from 'fp-ts/lib/Either.js';
import type { Arithmetic } from '../../engine/arithmetic.ts';
import type { Tensors } from '../../engine/engine.ts';
import { generate, type Tensor } from '../../tensor/tensor.ts';
import type { Bounded } from '../bound/bounded.ts';
import { exact } from '../bound/interpreter.ts';
import { roundoff } from '../bound/roundoff.ts';
import { operationNamed } from '../request/operation-table.ts';
import { type Comparison, judgeOutputs } from './compare.ts';

/** Roundings of a normalised pixel in any of the ways in which it is written: of its constants, of what is made of them, and of three operations. */
const ROUNDINGS = 8;

/**
 * A normalised pixel, `(x/255 − mean)/std` of a byte x, which everyone has exactly: also as `x·a + b` with a and b made before. Its terms are x/(255 std) and
 * mean/std, and each is rounded less than eight times.
 */
const normalised = (arithmetic: Arithmetic, y: Tensor, mean: readonly number[], std: readonly number[]): Bounded => {
  const r = roundoff(arithmetic);
  // Two of the operations may be divisions, which devices do less accurately.
  const relative = r.gamma(ROUNDINGS) + 2 * r.elementary(1, 0) * (1 + r.gamma(ROUNDINGS));
  const pixels = y.data.length / 3;
  const error = (i: number): number => {
    const channel = Math.floor(i / pixels);
    const taken = Math.abs(mean[channel]) / std[channel];
    return relative * (Math.abs(y.data[i]) + 2 * taken) + ROUNDINGS * r.tiny;
  };
  return { shape: y.shape, value: y, error: generate(y.shape, error) };
};

/**
 * What somebody makes of an image, held against what it must be: `resize` bit for bit, `preprocess` within its bound.
 *
 * @returns `Left` a sentence where the request does not fit the operation, or the operation is none on images.
 * @example
 * const given = { image: tensor([1, 1, 3], [1, 2, 3]) };
 * E.map(({ failed }) => failed)(judgeImage(FLOAT32, 'resize', { size: [1, 1] }, given, { y: tensor([1, 1, 3], [1, 2, 4]) })) // Right(1)
 */
export const judgeImage = (
  arithmetic: Arithmetic,
  op: string,
  attrs: unknown,
  given: Tensors,
  got: Tensors,
): E.Either<string, Comparison> => {
  const operation = operationNamed(op);
  if (operation?.result === undefined) return E.left(`${op} is no operation on images`);
  const { mean, std } = E.getOrElse((): object => ({}))(operation.completed(attrs)) as Readonly<Record<string, readonly number[]>>;
  const bound = (y: Tensor): Bounded => (operation.bytes ? exact(y) : normalised(arithmetic, y, mean, std));
  return E.map(({ y }: Tensors) => judgeOutputs(got, { y: bound(y) }))(operation.result(attrs, given));
};
