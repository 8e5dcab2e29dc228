import type { Tensors } from '../../engine/engine.ts';
import { reference } from '../../interpret/reference.ts';
import type { Program } from '../../language/ops.ts';
import { indexAt, sameShape } from '../../tensor/shape.ts';
import { exact } from '../bound/interpreter.ts';
import { both, type Comparison, judgeOutputs, NOTHING } from './compare.ts';

/**
 * The answer to a case with NaN among its inputs: NaN must come out where it does of the reference, that is in whatever depends on it, and an ordinary number
 * everywhere else. How large that is other cases tell.
 *
 * @example
 * const twice = (o, { x }) => ({ y: o.scale(2, x) });
 * judgeSpecial(twice, { x: tensor([2], [NaN, 1]) }, { y: tensor([2], [NaN, NaN]) }).failed // 1
 */
export const judgeSpecial = (program: Program, inputs: Tensors, got: Tensors): Comparison =>
  Object.entries(program(reference, inputs)).reduce((sum, [output, want]) => {
    const given = Object.hasOwn(got, output) ? got[output] : undefined;
    if (given === undefined || !sameShape(given.shape, want.shape) || given.data.length !== want.data.length)
      return both(sum, judgeOutputs(got, { [output]: exact(want) }));
    const wrong = (i: number): boolean => Number.isFinite(given.data[i]) !== Number.isFinite(want.data[i]);
    let [failed, first] = [0, -1];
    for (let i = 0; i < want.data.length; i++)
      if (wrong(i)) {
        failed++;
        if (first < 0) first = i;
      }
    const found: Comparison = { ...NOTHING, compared: want.data.length, failed };
    if (first < 0) return both(sum, found);
    const [index, is, must] = [indexAt(want.shape, first), given.data[first], want.data[first]];
    const place = index.length === 0 ? output : `${output}[${index.join(', ')}]`;
    const problem = `NaN among the inputs: ${place} is ${is} and must be ${Number.isFinite(must) ? `a number such as ${must}` : must}`;
    return both(sum, { ...found, failure: 'nan', problem });
  }, NOTHING);
