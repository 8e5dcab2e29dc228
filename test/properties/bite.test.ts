import { describe, expect, it } from 'vitest';
import {
  agreementLaws,
  check,
  FLOAT64,
  gradientLaws,
  type Implementation,
  interpretationLaws,
  interpreter,
  type Law,
  lossLaws,
  modelLaws,
  operationLaws,
  proved,
} from '../../properties/index.ts';
import { reference } from '../../src/core/interpret/reference.ts';
import { deit } from '../../src/core/model/deit.ts';
import type { Tensor } from '../../src/core/tensor.ts';
import type { OpName } from '../../src/core/uniform.ts';
import {
  careless,
  doubled,
  drifting,
  flattened,
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
import { WRONG_LOSSES, WRONG_MODELS, withLoss } from './wrong-models.ts';

const bound = proved(FLOAT64);
const own = (t: Tensor): Tensor => t;
const subject = (ops: Mutant, name = 'a wrong implementation'): Implementation =>
  interpreter({ name, ops, read: own, lift: own, bound, bits: true });
const honest = subject(reference, 'the reference');

/** The wrong implementation for each law that comes once an operation, by the words around the operation's name. */
const WRONG_OPERATIONS: readonly (readonly [RegExp, (op: OpName) => Mutant | undefined])[] = [
  [/^adjoint of (\w+)$/, (op) => MISPLACED[op]],
  [/^linearity of (\w+)/, saturating],
  [/^batch independence of (\w+)$/, leaking],
  [/^shape of (\w+)$/, flattened],
  [/^inputs of (\w+)$/, inPlace],
  [/^(\w+) agrees with/, lastBit],
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

describe('a failure', () => {
  const law = operationLaws.find(({ name }) => name === 'layerNorm: variance') as Law;
  const unbiased = subject(MISTAKES[law.name], 'unbiased');

  it('says what broke, where, by how much, on which case, and how to repeat it', async () => {
    const { failure } = await check(law, unbiased);
    expect(failure).toContain('unbiased breaks the law "layerNorm: variance"');
    expect(failure).toContain(law.statement);
    expect(failure).toMatch(/worst element: variance\[[\d, ]*\] of \([\d, ]*\): left \S+, right \S+, difference \S+, bound \S+, ratio/);
    expect(failure).toMatch(/smallest case: \{"x":\{"shape":/);
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
