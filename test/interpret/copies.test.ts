import { expect, it } from 'vitest';
import { priced } from '../../src/core/interpret/cost.ts';
import { jvp } from '../../src/core/interpret/jvp.ts';
import { record, replay } from '../../src/core/interpret/record.ts';
import { reference } from '../../src/core/interpret/reference.ts';
import { shape, sketch } from '../../src/core/interpret/shape.ts';
import { pullback, variable, vjp } from '../../src/core/interpret/vjp.ts';
import type { Shaped } from '../../src/core/tensor/shape.ts';
import { adopt, full, generate, tensor, zeros } from '../../src/core/tensor/tensor.ts';
import { precise, preciseTensor, toPrecise } from '../../src/precise/index.ts';

const six = tensor([6], [1, 2, 3, 4, 5, 6]);
const three = tensor([3], [1, 2, 3]);

it.each<[string, (of: number[]) => Shaped]>([
  ['tensor', (of) => tensor(of, six.data)],
  ['zeros', zeros],
  ['full', (of) => full(of, 1)],
  ['generate', (of) => generate(of, (i) => i)],
  ['adopt', (of) => adopt(of, new Float64Array(6))],
  ['sketch', sketch],
  ['priced', (of) => priced(of)],
  ['constant', (of) => reference.constant(of, six.data)],
  ['reshape', (of) => reference.reshape(of, six)],
  ['repeatLeading', (of) => reference.repeatLeading(of, three)],
  ['sumLeading', (of) => reference.sumLeading(of, tensor([1, 2, 3], six.data))],
  ['reshape of shape', (of) => shape.reshape(of, sketch([6]))],
  ['repeatLeading of jvp', (of) => jvp(reference).repeatLeading(of, { shape: [3], value: three, tangent: three })],
  ['constant of forward', (of) => jvp(reference).constant(of, six.data)],
  ['precise tensor', (of) => preciseTensor(of, toPrecise(six).data)],
  ['reshape of precise', (of) => precise(20).reshape(of, toPrecise(six))],
  ['repeatLeading of precise', (of) => precise(20).repeatLeading(of, toPrecise(three))],
])('%s keeps the shape it was given', (_, make) => {
  const of = [2, 3];
  const made = make(of);
  of[0] = 9;
  expect(made.shape).toEqual([2, 3]);
});

it('a tensor keeps the numbers it was given', () => {
  const data = Float64Array.of(1, 2);
  const made = [
    tensor([2], data),
    reference.constant([2], data),
    jvp(reference).constant([2], data).value,
    vjp(reference).constant([2], data).value,
  ];
  data[0] = 9;
  for (const t of made) expect(Array.from(t.data)).toEqual([1, 2]);
});

it('a recorded program keeps its constants, orders and shapes', () => {
  const [data, order, of, input] = [Float64Array.of(1, 2, 3, 4, 5, 6), [1, 0], [2, 3], [6]];
  const program = record((o, { x }) => ({ y: o.permute(order, o.add(o.reshape(of, x), o.constant(of, data))) }), { x: input });
  const before = replay(program)(reference, { x: six }).y;
  data[0] = 99;
  order.reverse();
  of[0] = 9;
  input[0] = 9;
  expect(replay(program)(reference, { x: six }).y).toEqual(before);
  expect(program.inputs).toEqual({ x: [6] });
});

it('a gradient keeps the order that axes were in', () => {
  const order = [1, 2, 0];
  const x = variable(generate([2, 3, 4], (i) => i));
  const y = vjp(reference).permute(order, x);
  order[0] = 0;
  order[2] = 1;
  const dy = generate([3, 4, 2], (i) => i * i);
  expect(pullback(reference, [[y, dy]])(x)).toEqual(reference.permute([2, 0, 1], dy));
});
