import { type Shape, strides } from '../../core/tensor/shape.ts';
import type { View } from '../../core/tensor/view.ts';

/** A value of a plan: a view of one of its buffers, in elements. */
export interface BufferView extends View {
  readonly buffer: number;
}

/** The numbers of a buffer from its start, row-major. */
export const bufferView = (buffer: number, shape: Shape): BufferView => ({ shape, strides: strides(shape), offset: 0, buffer });
