import { showShape, size } from '../../tensor/shape.ts';
import type { Tensor } from '../../tensor/tensor.ts';

/** Why what was returned as an output is not a tensor, so that nothing of it can be judged. */
export const noTensor = (output: string, returned: unknown): string | undefined => {
  const { shape, data } = (returned ?? {}) as Partial<Record<'shape' | 'data', ArrayLike<unknown>>>;
  if (!Array.isArray(shape) || typeof data?.length !== 'number') return `${output} is not a tensor { shape, data }`;
  for (let i = 0; i < data.length; i++)
    if (typeof data[i] !== 'number') return `${output} is not a tensor: its data[${i}] is of type ${typeof data[i]}, not a number`;
  return undefined;
};

/** How many numbers a tensor holds, where they are fewer or more than those of its shape. */
export const miscounted = (output: string, { shape, data }: Tensor): string | undefined =>
  data.length === size(shape) ? undefined : `${output} of ${showShape(shape)} holds ${data.length} numbers, not ${size(shape)}`;
