import * as E from 'fp-ts/lib/Either.js';
import { describe, expect, it } from 'vitest';
import type { Arithmetic, Engine, Tensors } from '../../src/core/engine.ts';
import { reference } from '../../src/core/interpret/reference.ts';
import { bounded } from '../../src/core/oracle/bound.ts';
import { exact } from '../../src/core/oracle/bounded.ts';
import { CASES, type Case, MODELS } from './cases.ts';
import { engineOf, TESTED } from './modes.ts';

/** What an engine gives for a case. */
const ran = async (engine: Engine, { program, inputs }: Case): Promise<Tensors> => {
  const shapes = Object.fromEntries(Object.entries(inputs).map(([name, { shape }]) => [name, shape]));
  const plan = await engine.compile(program, shapes)();
  if (E.isLeft(plan)) throw new Error(plan.left.message);
  const result = await plan.right.run(inputs)();
  plan.right.dispose();
  if (E.isLeft(result)) throw new Error(result.left.message);
  return result.right;
};

/** Largest error in units of the proved bound, and where. */
const worst = ({ program, inputs }: Case, arithmetic: Arithmetic, got: Tensors): { readonly ratio: number; readonly at: string } => {
  const expected = program(bounded(arithmetic, reference), Object.fromEntries(Object.entries(inputs).map(([name, t]) => [name, exact(t)])));
  let found = { ratio: 0, at: '' };
  for (const [name, { value, error, shape }] of Object.entries(expected)) {
    if (got[name]?.shape.join() !== shape.join()) return { ratio: Number.POSITIVE_INFINITY, at: `${name} has shape (${got[name]?.shape})` };
    for (let i = 0; i < value.data.length; i++) {
      const e = Math.abs(got[name].data[i] - value.data[i]);
      const ratio = e === 0 ? 0 : e / error.data[i];
      if (!(ratio <= found.ratio))
        found = { ratio, at: `${name}[${i}] = ${got[name].data[i]}, reference ${value.data[i]}, bound ${error.data[i]}` };
    }
  }
  return found;
};

describe.each(TESTED)('gpu engine, mode %s', (mode) => {
  const found = engineOf(mode);
  if ('missing' in found) {
    it(`has no back end here: ${found.missing}`, (context) => context.skip(found.missing));
    return;
  }
  const { engine } = found;
  it.each(CASES.map((c) => [c.name, c] as const))('%s is within its proved bound', async (_name, c) => {
    const { ratio, at } = worst(c, engine.arithmetic, await ran(engine, c));
    if (process.env.DEIT_GPU_SHOW === '1') process.stderr.write(`${mode} ${c.name}: ${ratio.toFixed(3)}\n`);
    expect(ratio, at).toBeLessThanOrEqual(1);
  });
  it.each(MODELS.map((c) => [c.name, c] as const))('%s is within its proved bound', async (_name, c) => {
    const { ratio, at } = worst(c, engine.arithmetic, await ran(engine, c));
    if (process.env.DEIT_GPU_SHOW === '1') process.stderr.write(`${mode} ${c.name}: ${ratio.toExponential(3)} ${at}\n`);
    expect(ratio, at).toBeLessThanOrEqual(1);
  });
});
