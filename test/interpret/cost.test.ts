import { expect, it } from 'vitest';
import { cost, priced, totalCost } from '../../src/core/interpret/cost.ts';
import { tokenCount } from '../../src/core/model/deit/config.ts';
import { deit } from '../../src/core/model/deit/deit.ts';
import { mapParams, specification } from '../../src/core/model/deit/params.ts';
import { MODEL_NAMES, ZOO } from '../../src/core/model/zoo.ts';

it.each(MODEL_NAMES)('%s: parameters, and multiply-adds by the closed formula', (name) => {
  const c = ZOO[name];
  const logits = deit(cost, c)(
    mapParams(({ shape }) => priced(shape, true), specification(c)),
    priced([1, 3, ...c.image]),
  );
  const total = totalCost(Object.values(logits));
  const n = tokenCount(c);
  const special = c.distilled ? 2 : 1;
  const perBlock = n * c.dim * (3 * c.dim + c.dim + 2 * c.hidden) + 2 * n * n * c.dim;
  expect(total.multiplyAdds).toBe((n - special) * 768 * c.dim + c.depth * perBlock + special * c.dim * c.classes);
  expect(total.parameters).toBe(
    c.depth * (12 * c.dim * c.dim + 13 * c.dim) + 769 * c.dim + special * c.dim + n * c.dim + 2 * c.dim + special * c.classes * (c.dim + 1),
  );
  expect(total.flops).toBeGreaterThan(2 * total.multiplyAdds);
});

it('what is shared is paid once', () => {
  const x = cost.unary('exp', priced([10]));
  expect(totalCost([cost.add(x, x)]).flops).toBe(20);
});
