import * as E from 'fp-ts/lib/Either.js';
import type { Tensors } from '../../engine/engine.ts';
import { shape, sketch } from '../../interpret/shape.ts';
import { mapRecord } from '../../params/map-record.ts';
import type { CaseSpec } from '../case/case-spec.ts';
import { drawCase, drawUpstream } from '../case/draw-case.ts';
import { taskOf } from '../request/operation-table.ts';
import { programOf, type Task } from '../request/task.ts';

/**
 * The tensors of a request that a spec makes: its inputs, and an upstream gradient where it asks for gradients of more than one number.
 *
 * @returns `Left` with one sentence when the spec does not fit its operation.
 */
export const drawRequest = (spec: CaseSpec): E.Either<string, Tensors> =>
  E.chain((drawn: Tensors) => {
    const base = spec.op.replace(/\.vjp$/, '');
    return E.chain((task: Task): E.Either<string, Tensors> => {
      if (base === spec.op) return E.right(drawn);
      // Its shape is all that is needed of the output.
      const y = programOf(task)(
        shape,
        mapRecord((t) => sketch(t.shape), task.inputs),
      ).y;
      return E.right(y.shape.length === 0 ? drawn : { ...drawn, dy: drawUpstream(spec, y.shape) });
    })(taskOf(base, spec.attrs, drawn));
  })(drawCase(spec));
