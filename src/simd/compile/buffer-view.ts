import type { Shape } from '../../core/tensor/shape.ts';
import { type View, wholeView } from '../../core/tensor/view.ts';

/** A value of a plan: a view of one of its buffers, in elements. */
export interface BufferView extends View {
  readonly buffer: number;
}

/** The numbers of a buffer from its start, row-major. */
export const bufferView = (buffer: number, shape: Shape): BufferView => ({ ...wholeView(shape), buffer });
