import type { Tensor } from '../../src/core/tensor/tensor.ts';

/** Where two tensors first differ in a bit, in words; nothing where they do not. All NaN are one. */
export const differenceOf = (got: Tensor | undefined, want: Tensor): string | undefined => {
  if (got === undefined) return 'there is none';
  if (got.shape.join() !== want.shape.join()) return `it is (${got.shape}), the reference's (${want.shape})`;
  for (let i = 0; i < want.data.length; i++)
    if (!Object.is(got.data[i], want.data[i])) return `element ${i} is ${got.data[i]}, the reference's ${want.data[i]}`;
  return undefined;
};
