import { describe, expect, it } from 'vitest';
import { FLOAT32 } from '../../src/core/engine/arithmetic.ts';
import { reference } from '../../src/core/interpret/reference.ts';
import { casesOf, defaultCount } from '../../src/core/oracle/case/cases.ts';
import { programOf } from '../../src/core/oracle/request/task.ts';
import { judgeCase } from '../../src/core/oracle/verdict/judge-case.ts';
import { CHECKED } from '../../src/oracle/check/check.ts';
import { judgingOf } from '../../src/oracle/check/judging.ts';
import { type Case, caseOf } from '../../src/oracle/runner/case.ts';
import { single, ZOO } from '../oracle/zoo.ts';
import { right } from '../support/right.ts';

const judged = (one: Case, o = reference) => {
  const program = programOf(one.task);
  const got = programOf(one.task, one.followed ? { taps: 'outside' } : {})(o, one.task.inputs);
  const { failed, unproved, vague } = judgeCase(FLOAT32, program, one.task.inputs, got, judgingOf(one.spec, FLOAT32)).comparison;
  return { spec: one.spec, failed, unproved, vague };
};
const nothing = (spec: Case['spec']) => ({ spec, failed: 0, unproved: 0, vague: 0 });

describe('of a hundred cases nothing that is honest in float32 fails, and nothing is unproved; of the default ones every bound says something', () => {
  it.each(CHECKED)('%s', (op) => {
    for (const [i, spec] of casesOf(op, 100, 2).entries()) {
      const { vague, ...found } = judged(right(caseOf(spec)));
      expect(found).toEqual({ spec, failed: 0, unproved: 0 });
      if (i < defaultCount(op)) expect([spec, vague]).toEqual([spec, 0]);
    }
  });
});

/** Emulated arithmetic is a hundred times slower. */
const isSmall = ({ spec: { sample }, task }: Case): boolean =>
  sample === undefined && Object.values(task.inputs).reduce((n, { data }) => n + data.length, 0) < 1500;

describe('nor do float32 numbers of other honest ways', () => {
  it.each(CHECKED)('%s', (op) => {
    const cases = casesOf(op, defaultCount(op), 4).map((spec) => right(caseOf(spec)));
    for (const one of cases.filter(isSmall))
      for (const o of [single(), ZOO.pairwise, ZOO['worst elementary functions'], ZOO['affine LayerNorm, reciprocal softmax']])
        expect(judged(one, o)).toEqual(nothing(one.spec));
  });
});
