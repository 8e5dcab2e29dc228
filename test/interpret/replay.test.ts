import { expect, it } from 'vitest';
import { record, replay } from '../../src/core/interpret/record.ts';
import { reference } from '../../src/core/interpret/reference.ts';
import { tensor } from '../../src/core/tensor/tensor.ts';

const program = record((o, { x }) => ({ y: o.tag('c', o.within('inside').tag('b', o.gelu(o.tag('a', x)))) }), { x: [1] });

it('a replay says at each tag how far it is, in every run from the start', () => {
  const done: number[] = [];
  const told = replay(program, (share) => done.push(share));
  const inputs = { x: tensor([1], [1]) };
  for (let run = 0; run < 2; run++) expect(told(reference, inputs).y.data[0]).toBe(reference.gelu(inputs.x).data[0]);
  expect(done).toEqual([1 / 3, 2 / 3, 1, 1 / 3, 2 / 3, 1]);
});
