import * as E from 'fp-ts/lib/Either.js';
import { describe, expect, it } from 'vitest';
import type { Engine, Tensors } from '../../src/core/engine/engine.ts';
import { referenceEngine } from '../../src/core/engine/reference-engine.ts';
import { tensorEngine } from '../../src/core/engine/tensor-engine.ts';
import { valueAndGradient } from '../../src/core/interpret/gradient.ts';
import { record } from '../../src/core/interpret/record.ts';
import { reference } from '../../src/core/interpret/reference.ts';
import { type Program, UNARY } from '../../src/core/language/ops.ts';
import { tensor } from '../../src/core/tensor/tensor.ts';
import { ENGINES, onEach } from '../support/engines.ts';
import { right } from '../support/right.ts';

/** A program as one writes it who takes no heed of types. */
// biome-ignore lint/suspicious/noExplicitAny: the slips are those that types would show
type Slip = (o: any, inputs: any) => unknown;

const INPUTS = { x: tensor([2, 2], [1, 2, 3, 4]), w: tensor([2, 2], [5, 6, 7, 8]), bias: tensor([2], [100, 200]) };
const SHAPES = { x: [2, 2], w: [2, 2], bias: [2] };
const stranger = (op: string, at: number): string => `${op}: argument ${at} is not a value of this program; use an input or o.constant`;
const noRecord = (what: string): string => `a program's outputs must be a record of tensors, as in { y }, got ${what}`;
const reads = (name: string, more: string): string => `the program reads input ${name}; its inputs are x, w, bias${more}`;
const unread = ', and bias stays unread; ask "biass" in inputs where it is optional';

const SLIPS: readonly (readonly [name: string, program: Slip, said: string])[] = [
  ['the bias mistyped', (o, inputs) => ({ y: o.linear(inputs.x, inputs.w, inputs.biass) }), reads('biass', unread)],
  ['the bias mistyped as it is taken apart', (o, { x, w, biass }) => ({ y: o.linear(x, w, biass) }), reads('biass', unread)],
  ['the only operands mistyped', (o, { q }) => ({ y: o.add(q, q) }), reads('q', ` (${stranger('add', 1)})`)],
  ['one operand mistyped', (o, { x, w, bias, q }) => ({ y: o.add(o.linear(x, w, bias), q) }), reads('q', ` (${stranger('add', 2)})`)],
  ['the shape of what is mistyped', (o, { x, w, bias, q }) => ({ y: o.repeatLeading(q.shape, o.linear(x, w, bias)) }), reads('q', " (Cannot read properties of undefined (reading 'shape'))")],
  ['mistyped inside a gradient', (o, all) => valueAndGradient((d, i) => d.sumLeading([], d.linear(i.x, i.w, i.biass)))(o, all).gradient, reads('biass', unread)],
  ['a tensor among the values', (o, { x }) => ({ y: o.add(x, INPUTS.w) }), stranger('add', 2)],
  ['a tensor inside a gradient', (o, all) => valueAndGradient((d, { x }) => d.sumLeading([], d.mul(x, INPUTS.w as never)))(o, all).gradient, stranger('mul', 2)],
  ['an operation of another interpreter', (_, { x }) => ({ y: reference.softmax(x) }), stranger('softmax', 1)],
  ['an unknown function', (o, { x }) => ({ y: o.unary('tanh', x) }), `unary: there is no function tanh; there are ${UNARY.join(', ')}`],
  ['no factor', (o, { x }) => ({ y: o.scale(undefined, x) }), 'scale: the factor must be a number, got undefined'],
  ['no eps', (o, { x, bias }) => ({ y: o.layerNorm(undefined, x, bias, bias) }), 'layerNorm: eps must be a number, got undefined'],
  ['in a part of a model', (o, { x, w }) => ({ y: o.within('blocks.3').matmul(x, o.reshape([4], w)) }), 'blocks.3.matmul: (…, M, K) @ (…, K, N) needs equal K and equal leading axes, got (2, 2) @ (4)'],
  ['more than a tensor holds', (o, { x }) => ({ y: o.sumLast(o.repeatLast(1e9, x)) }), 'repeatLast: (2, 2, 1000000000) holds 4000000000 numbers, more than 2147483648'],
  ['a tensor for outputs', (_, { x }) => x, noRecord('a tensor')],
  ['an array for outputs', (_, { x }) => [x], noRecord('an array')],
  ['nothing for outputs', () => undefined, noRecord('undefined')],
  ['a map for outputs', (_, { x }) => new Map([['y', x]]), noRecord('an object')],
  ['a mistake after an optional input was asked for in vain', (o, { x, w, bias, q }) => ({ y: o.add(q === undefined ? o.linear(x, w, bias) : q, INPUTS.w) }), reads('q', ` (${stranger('add', 2)})`)],
  ['an async program', async (_, { x }) => ({ y: x }), noRecord('a promise')],
  ['a number for an output', () => ({ y: 3 }), 'output y is not a value of the program: it is 3; return an input, o.constant, or what an operation gave'],
  ['a tensor of its own for an output', () => ({ y: INPUTS.x }), 'output y is not a value of the program: it is a tensor; return an input, o.constant, or what an operation gave'],
]; // biome-ignore format: a table

onEach(
  ENGINES,
  (name) => `${name} refuses, as it compiles,`,
  (engine) => {
    const said = async (compile: ReturnType<Engine['compile']>): Promise<string> => {
      const made = await compile();
      return E.isLeft(made) ? `${made.left.stage}: ${made.left.message}` : 'it compiled';
    };

    it.each(SLIPS)('%s', async (_name, program, want) => {
      expect(await said(engine.compile(program as unknown as Program, SHAPES))).toBe(`compile: ${want}`);
    });

    const same: Program = (_o, { x }) => ({ y: x });
    it.each<[string, readonly unknown[], string]>([
    ['no program', [undefined, { x: [2] }], 'a program must be a function, as in (o, { x }) => ({ y: o.scale(2, x) }), got undefined'],
    ['no shapes', [same], 'compile needs the shapes of the inputs by name, {} where there are none, got undefined'],
    ['an array of shapes', [same, [[2]]], 'compile needs the shapes of the inputs by name, {} where there are none, got an array'],
    ['an input of more than a tensor holds', [same, { x: [1e5, 1e5] }], 'input x: (100000, 100000) holds 10000000000 numbers, more than 2147483648'],
    ['options that are null', [same, { x: [2] }, null], 'options must be an object, as in {}, got null'],
    ['an option mistyped', [same, { x: [2] }, { residents: ['x'] }], 'there is no option residents; there are resident, state, progress'],
    ['a name for many', [same, { x: [2] }, { resident: 'x' }], "resident must be an array of names of inputs, as in ['w'], got \"x\""],
    ['state that is an array', [same, { x: [2] }, { state: ['x'] }], "state must name an output for each input, as in { w: 'next w' }, got an array"],
    ['state that is no input', [same, { x: [2] }, { state: { q: 'y' } }], 'state q is not an input of the program; its inputs are x'],
    ['state that is no output', [same, { x: [2] }, { state: { x: 'q' } }], 'state x is to be replaced by output q, which the program does not have; it has y'],
  ])('%s', async (_name, given, want) => {
    expect(await said(engine.compile(...(given as Parameters<Engine['compile']>)))).toBe(`compile: ${want}`);
  }); // biome-ignore format: a table

    it('and, as it runs, what are no names and what are no numbers', async () => {
      const plan = right(await engine.compile(same, { x: [2] }, { resident: ['x'] })());
      expect(await plan.read('abc' as never)()).toMatchObject(
        E.left({ stage: 'run', message: 'read needs an array of names of state, as in [\'w\'], got "abc"' }),
      );
      const texts = { x: { shape: [2], data: ['1', '2'] } } as unknown as Tensors;
      expect(await plan.run(texts)()).toMatchObject(E.left({ stage: 'run', message: 'input x holds "1", which is not a number' }));
      plan.dispose();
    });
  },
);

it('what is too large, or refused as it runs, is no more than its sentence', async () => {
  const lack = await referenceEngine.compile((o, { x }) => ({ y: o.repeatLast(1e10, x) }), { x: [1] })();
  expect(lack).toMatchObject(E.left({ stage: 'compile', lack: 'memory' }));
  const scale = () => reference.reshape([7], INPUTS.x);
  const engine = tensorEngine({ name: '', arithmetic: referenceEngine.arithmetic, ops: { ...reference, scale }, describe: '' });
  const plan = right(await engine.compile((o, { x }) => ({ y: o.scale(2, x) }), { x: [2, 2] })());
  expect(await plan.run({ x: INPUTS.x })()).toMatchObject(E.left({ stage: 'run', message: 'reshape: (2, 2) has 4 elements, (7) has 7' }));
});

describe('the inputs of a program are a record like any other', () => {
  const outputs = (program: Slip): readonly string[] => Object.keys(record(program as unknown as Program, SHAPES).outputs);
  it.each<[string, Slip]>([
    ['a bias that is absent by design', (o, { x, w, bias, b }) => ({ y: o.add(o.linear(x, w, b), o.repeatLeading([2, 2], bias)) })],
    ['asking whether there is one', (o, all) => ({ y: 'b' in all ? o.add(all.x, all.b) : all.x })],
    ['the rest', (o, { x, q, ...rest }) => ({ y: q === undefined ? x : o.add(x, q), ...rest })],
    ['repeatLast', (_, all) => ({ ...all })],
    ['entries', (_, all) => Object.fromEntries(Object.entries(all))],
    ['values', (_, all) => ({ y: Object.values(all)[0] })],
    ['a symbol', (_, all) => ({ y: all[Symbol.iterator] === undefined ? all.x : undefined })],
    ['what every object is asked', (_, all) => ({ y: [all.then, all.toJSON, all.toString()].length === 3 ? all.x : undefined })],
    ['as text', (_, all) => ({ y: JSON.stringify(all).includes('shape') ? all.x : undefined })],
    ['an input that is not needed', (_, all) => ({ y: all.x })],
  ])('%s', (_, program) => expect(outputs(program)).not.toEqual([]));

  it('and cannot be told from it by what they hold', () => {
    record((_o, all) => {
      expect(Object.keys(all)).toEqual(['x', 'w', 'bias']);
      expect('x' in all && !('q' in all) && Object.hasOwn(all, 'w')).toBe(true);
      expect(all.bias.shape).toEqual([2]);
      return { y: all.x, w: all.w };
    }, SHAPES);
  });

  it('of a program without any, too', () => {
    const program: Program = (o, { x }) => ({ y: o.scale(2, x) });
    expect(() => record(program, {})).toThrow('the program reads input x; its inputs are none');
  });

  it('of a program with very many, the first are named', () => {
    const many = Object.fromEntries(Array.from({ length: 200 }, (_, i) => [`w${i}`, [1]]));
    const program: Program = (o, { x }) => ({ y: o.scale(2, x) });
    expect(() => record(program, many)).toThrow(
      'its inputs are w0, w1, w2, w3, w4, w5, w6, w7, w8, w9, w10, w11, w12, w13, w14, w15, w16, w17, w18, w19 and 180 more',
    );
  });

  it('a mistake of another kind stays what it is', () => {
    const program: Slip = () => { throw new TypeError('undefined is my own'); }; // biome-ignore format: one line
    expect(() => record(program as unknown as Program, SHAPES)).toThrow('undefined is my own');
  });
});
