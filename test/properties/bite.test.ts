import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  agreementLaws,
  check,
  compare,
  FLOAT64,
  fromInterpreter,
  gradientLaws,
  type Implementation,
  independenceLaws,
  interpretationLaws,
  type Law,
  lossLaws,
  modelLaws,
  operationLaws,
  planLaws,
  proved,
} from '../../properties/index.ts';
import { referenceEngine } from '../../src/core/engine/reference-engine.ts';
import { reference } from '../../src/core/interpret/reference.ts';
import type { OpName } from '../../src/core/language/signatures.ts';
import { deit } from '../../src/core/model/deit/deit.ts';
import { type Tensor, tensor } from '../../src/core/tensor/tensor.ts';
import { notEmpty } from '../support/not-empty.ts';
import {
  careless,
  doubled,
  drifting,
  flattened,
  forgotten,
  HIDDEN,
  inPlace,
  lastBit,
  leaking,
  MISPLACED,
  MISTAKES,
  type Mutant,
  SKEWED,
  saturating,
  skewed,
} from './mutants.ts';
import { WRONG_ENGINES } from './wrong-engines.ts';
import { OTHER_LOSSES, OTHER_MODELS, WRONG_LOSSES, WRONG_MODELS, withLoss } from './wrong-models.ts';

const bound = proved(FLOAT64);
const own = (t: Tensor): Tensor => t;
const subject = (ops: Mutant, name = 'a wrong implementation'): Implementation =>
  fromInterpreter({ name, ops, read: own, lift: own, bound, bits: true });
const honest = subject(reference, 'the reference');

/** The wrong implementation for each law that comes once an operation, by the words around the operation's name. */
const WRONG_OPERATIONS: readonly (readonly [RegExp, (op: OpName) => Mutant | undefined])[] = [
  [/^adjoint of (\w+)$/, (op) => MISPLACED[op]],
  [/^linearity of (\w+)/, saturating],
  [/^batch independence of (\w+)$/, leaking],
  [/^shape of (\w+)$/, flattened],
  [/^inputs of (\w+)$/, inPlace],
  [/^within: (\w+)$/, forgotten],
  [/^(\w+)(?: on \w+ axes)? agrees with/, lastBit],
];
/** The same for laws about our own interpreters, where those are wrong and the implementation is not. */
const WRONG_INTERPRETERS: readonly (readonly [RegExp, (op: OpName) => readonly Law[]])[] = [
  [/^(?:replay|trace|shape) of (\w+)$/, (op) => interpretationLaws(careless(op))],
  [/^derivative of (\w+)$/, (op) => gradientLaws(doubled(op))],
  [/^slope of (\w+)$/, () => gradientLaws(doubled('unary'))],
  [/^gradient: own (\w+) = /, (op) => gradientLaws(doubled(op))],
  [/^gradient: (.*)$/, (name) => gradientLaws(skewed(SKEWED[name]))],
  [/^value of (\w+) under derivatives$/, (op) => gradientLaws(drifting(op))],
];
const found = <A>(table: readonly (readonly [RegExp, (op: OpName) => A])[], { name }: Law): A | undefined => {
  const row = table.find(([pattern]) => pattern.test(name));
  return row?.[1](row[0].exec(name)?.[1] as OpName);
};

const named = (among: readonly Law[], { name }: Law): Law | undefined => among.find((law) => law.name === name);
const rejected = async (law: Law | undefined, by: Implementation): Promise<boolean> => {
  if (law === undefined) throw new Error('no such law');
  return !(await check(law, by)).holds;
};
const laws = [...operationLaws, ...agreementLaws(honest)];

describe('each law rejects a wrong implementation', () => {
  for (const law of laws) {
    const mutant = MISTAKES[law.name] ?? found(WRONG_OPERATIONS, law);
    const others = found(WRONG_INTERPRETERS, law);
    it(law.name, async () => {
      if (mutant === undefined && others === undefined) throw new Error(`no mistake is written down for the law "${law.name}"`);
      if (mutant !== undefined) expect(await rejected(law, subject(mutant))).toBe(true);
      if (others !== undefined) expect(await rejected(named(others, law), honest)).toBe(true);
    });
  }
});

describe('mistakes that show only on long axes, on equal ones or far from 0', () => {
  it.each(HIDDEN)('%s: %s', async (name, _, mutant) => {
    const law = laws.find((one) => one.name === name) ?? laws.find((one) => one.name === `${name} agrees with the reference`);
    expect(await rejected(law, subject(mutant))).toBe(true);
  });
});

describe('each law of plans rejects a wrong engine', () => {
  for (const { name } of planLaws(referenceEngine)) {
    it.each(notEmpty(WRONG_ENGINES[name]).map((wrong) => [name, wrong] as const))('%s', async (_, wrong) => {
      expect(
        await rejected(
          planLaws(wrong).find((law) => law.name === name),
          honest,
        ),
      ).toBe(true);
    });
  }
});

describe('models with the symmetries of a DeiT that are none', () => {
  it.each(Object.entries(OTHER_MODELS))('%s', async (_, model) => {
    expect(
      await rejected(
        modelLaws(model).find(({ name }) => name === 'model: agreement'),
        honest,
      ),
    ).toBe(true);
  });
});

describe('each law of the model rejects a wrong model', () => {
  for (const law of modelLaws()) {
    const wrong = law.name === 'model: derivative' ? modelLaws(deit, doubled('linear')) : modelLaws(WRONG_MODELS[law.name]);
    it(law.name, async () => {
      if (law.name !== 'model: derivative') expect(Object.keys(WRONG_MODELS)).toContain(law.name);
      expect(await rejected(named(wrong, law), honest)).toBe(true);
    });
  }
});

describe('each law of the losses rejects a wrong loss', () => {
  for (const law of lossLaws())
    it(law.name, async () => {
      expect(Object.keys(WRONG_LOSSES)).toContain(law.name);
      expect(await rejected(named(lossLaws(withLoss(WRONG_LOSSES[law.name])), law), honest)).toBe(true);
    });
});

describe('losses that are right in one reading, or at the numbers of the paper', () => {
  it.each(OTHER_LOSSES)('%s: %s', async (name, _, wrong) => {
    expect(
      await rejected(
        lossLaws(withLoss(wrong)).find((law) => law.name === `loss: ${name}`),
        honest,
      ),
    ).toBe(true);
  });
});

describe('the cases of batch independence', () => {
  it.each(independenceLaws.map((law) => [law.name, law] as const))('%s: no other axis is as long as the batch', (_, { claims }) => {
    for (const { left } of fc.sample(claims, { seed: 1, numRuns: 50 })) {
      const [[batch, ...rest]] = Object.values(left.inputs).map(({ shape }) => shape);
      expect(rest).not.toContain(batch);
    }
  });
});

describe('a verdict', () => {
  it('says nothing of numbers of which nothing was proved, and of others how loosely they were judged', () => {
    const of = (...numbers: number[]) => ({ y: tensor([numbers.length], numbers) });
    const infinite = Number.POSITIVE_INFINITY;
    expect(compare(of(Number.NaN, infinite, 2), of(1, 1, 4), of(infinite, infinite, 4))).toMatchObject({ holds: true, unproved: 2 });
    expect(compare(of(Number.NaN, 2), of(1, 4), of(4, infinite))).toMatchObject({ holds: false, unproved: 1 });
    expect(compare(of(1, 2), of(1, 4), of(1, 6))).toMatchObject({ holds: true, looseness: 1.5 });
  });
});

describe('an implementation whose results are no whole tensors', () => {
  const returning = (of: (y: Tensor) => unknown): Implementation => ({
    ...honest,
    run: async (program, inputs) =>
      Object.fromEntries(Object.entries(await honest.run(program, inputs)).map(([name, y]) => [name, of(y) as Tensor])),
  });
  const flat = (of: (data: Tensor['data']) => readonly number[]) => returning(({ shape, data }) => ({ shape, data: of(data) as never }));
  it.each<readonly [string, Implementation, RegExp]>([
    ['the first number alone', flat(([first]) => [first]), /\n {2}\w+ of \([\d, ]+\) holds 1 numbers, not \d+\n/],
    ['a number too many', flat((data) => [...data, 0]), /\n {2}\w+ of \([\d, ]*\) holds \d+ numbers, not \d+\n/],
    ['nothing', returning(() => undefined), /\n {2}\w+ is not a tensor \{ shape, data \}\n/],
    ['texts', flat((data) => [...data].map(String) as never), /\n {2}\w+ is not a tensor: its data\[0\] is of type string, not a number\n/],
  ])('%s, breaks laws of every family, and is told so', async (_, by, problem) => {
    for (const name of [
      'softmax: shift',
      'layerNorm: scale',
      'attention: queries',
      'batch independence of linear',
      'gelu agrees with the reference',
    ]) {
      const { holds, failure } = await check(named(laws, { name } as Law) as Law, by);
      expect([name, holds]).toEqual([name, false]);
      expect(failure).toMatch(problem);
    }
  });
});

describe('an implementation that is not the same from run to run', () => {
  it('is told from one that is wrong', async () => {
    let runs = 0;
    const flaky = subject({ ...reference, softmax: (x) => reference.scale(++runs === 7 ? 2 : 1, reference.softmax(x)) });
    const { holds, failure } = await check(operationLaws.find(({ name }) => name === 'softmax: sum') as Law, flaky);
    expect(holds).toBe(false);
    expect(failure).toMatch(/left 2\S*, right 1, difference/);
    expect(failure).toContain('the same case held when it was run again');
  });
});

describe('a failure', () => {
  const law = operationLaws.find(({ name }) => name === 'layerNorm: variance') as Law;
  const unbiased = subject(MISTAKES[law.name], 'unbiased');

  it('says what broke, where, by how much, on which case, and how to repeat it', async () => {
    const { failure } = await check(law, unbiased);
    expect(failure).toContain('unbiased breaks the law "layerNorm: variance"');
    expect(failure).toContain(law.statement);
    expect(failure).toMatch(/worst element: variance\[[\d, ]*\] of \([\d, ]*\): left \S+, right \S+, difference \S+, bound \S+, ratio/);
    expect(failure).toMatch(/smallest case: \{"x":\{"shape":/);
    expect(failure).not.toContain('run again');
    expect(failure).toMatch(/again: \{ seed: 1, path: '[\d:]+' \}/);
  });

  it('is repeated by its seed and path alone', async () => {
    const first = await check(law, unbiased, { seed: 5 });
    const path = /path: '([\d:]+)'/.exec(first.failure ?? '')?.[1] as string;
    const second = await check(law, unbiased, { seed: 5, path });
    const smallest = (text = ''): string | undefined => /smallest case: .*/.exec(text)?.[0];
    expect(second.runs).toBe(1);
    expect(smallest(second.failure)).toBe(smallest(first.failure));
  });

  it('shrinks to few numbers', async () => {
    const { failure = '' } = await check(law, unbiased);
    const shape = JSON.parse(/"shape":(\[[\d,]*\])/.exec(failure)?.[1] as string) as number[];
    expect(shape.reduce((n, axis) => n * axis, 1)).toBeLessThanOrEqual(4);
  });
});
