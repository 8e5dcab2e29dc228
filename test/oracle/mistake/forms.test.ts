import { describe, expect, it } from 'vitest';
import { reference } from '../../../src/core/interpret/reference.ts';
import { deitConfig } from '../../../src/core/model/deit/config.ts';
import { deit } from '../../../src/core/model/deit/deit.ts';
import { paramsFrom } from '../../../src/core/model/deit/params.ts';
import { casesOf } from '../../../src/core/oracle/case/cases.ts';
import { plant } from '../../../src/core/oracle/mistake/mistake.ts';
import { mutantNamed } from '../../../src/core/oracle/mistake/mistakes.ts';
import { DEIT, modelBy } from '../../../src/core/oracle/mistake/structure/model.ts';
import { programOf } from '../../../src/core/oracle/request/task.ts';
import { caseOf } from '../../../src/oracle/runner/case.ts';
import { right } from '../../support/right.ts';

/** The outputs of a case as they should be, and as somebody with a mistake has them. */
const outputs = (name: string, spec: Parameters<typeof caseOf>[0]) => {
  const mutant = mutantNamed(name);
  if (mutant === undefined) throw new Error(`no mistake ${name}`);
  const { given, task } = right(caseOf(spec));
  const wrong = plant(mutant)({ op: spec.op, attrs: spec.attrs, given, task });
  const run = ({ inputs, ...of }: typeof task) =>
    Object.values(programOf({ ...of, inputs })(reference, inputs)).map(({ data }) => [...data]);
  return [run(task), run(wrong)] as const;
};

describe('the forms that mistakes are made in', () => {
  it('are a DeiT, bit for bit, where nothing is wrong', () => {
    for (const { attrs, ...spec } of casesOf('forward', 4, 1)) {
      const { given } = right(caseOf({ ...spec, attrs }));
      const c = deitConfig(attrs as Parameters<typeof deitConfig>[0]);
      const params = paramsFrom(c, given);
      const [own, written] = [deit(reference, c)(params, given.image), modelBy(DEIT)(reference, c, params, given.image)];
      expect(written).toEqual(own);
    }
  });

  it.each([
    // A loss of one head alone has no other to be wrong about.
    ['distillation-on-class-head', 'soft_distill', 2],
    ['distillation-heads-crossed', 'hard_distill', 1],
    // The divergence of the third case is of the printed order; a plain model has no tokens to exchange.
    ['tokens-swapped', 'forward', 1],
    ['dist-token-last', 'forward', 1],
    ['evaluation-by-sum', 'forward', 1],
  ])('%s is right, bit for bit, in a %s that has no place for it', (name, op, at) => {
    const [asked, got] = outputs(name, casesOf(op, 3, 1)[at]);
    expect(got).toEqual(asked);
  });

  it('positions of a grid that is square are the same transposed, to rounding', () => {
    const spec = { ...casesOf('pos_interp', 1, 1)[0], attrs: { from: [4, 4], to: [5, 7], prefix: 2, variant: 'facebook' } };
    const [[asked], [got]] = outputs('positions-grid-transposed', spec);
    expect(got.length).toBe(asked.length);
    expect(Math.max(...got.map((y, i) => Math.abs(y - asked[i])))).toBeLessThan(1e-15);
  });
});
