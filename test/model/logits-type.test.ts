import { expectTypeOf, it } from 'vitest';
import { reference } from '../../src/core/interpret/reference.ts';
import { type Traced, taps, trace, untraced } from '../../src/core/interpret/trace.ts';
import { deitConfig } from '../../src/core/model/deit/config.ts';
import { deit } from '../../src/core/model/deit/deit.ts';
import { seededParams } from '../../src/core/model/deit/init/seeded-params.ts';
import { mapParams } from '../../src/core/model/deit/params.ts';
import { type Tensor, zeros } from '../../src/core/tensor/tensor.ts';

it('the values of a pass keep their type, so that taps are tensors', () => {
  const c = deitConfig({ dim: 12, depth: 1, heads: 3, image: [16, 16], classes: 2 });
  const values = Object.values(deit(trace(reference), c)(mapParams(untraced, seededParams(1, c)), untraced(zeros([1, 3, 16, 16]))));
  expectTypeOf(values).toEqualTypeOf<Traced<Tensor>[]>();
  expectTypeOf(taps(values)).toEqualTypeOf<Readonly<Record<string, Tensor>>>();
});
