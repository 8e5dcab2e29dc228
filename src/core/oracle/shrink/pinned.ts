import * as E from 'fp-ts/lib/Either.js';
import type { Tensors } from '../../engine/engine.ts';
import { mapRecord } from '../../params/map-record.ts';
import type { CaseSpec } from '../case/case-spec.ts';
import { writtenValues } from '../case/case-values.ts';
import { drawCase } from '../case/draw-case.ts';
import { drawRequest } from '../replay/draw-request.ts';

/** Most numbers of a case whose every number is looked at: beyond, the recipe that draws them says more in fewer words. */
const MOST = 512;

/** How many numbers the inputs of a case hold, where the spec itself gives them. */
export const valuesOf = ({ values = {} }: CaseSpec): number => Object.values(values).reduce((sum, { length }) => sum + length, 0);

const pinnedTo = (spec: CaseSpec, drawn: E.Either<string, Tensors>): CaseSpec | undefined => {
  if (E.isLeft(drawn)) return undefined;
  const values = mapRecord(({ data }) => writtenValues(data), drawn.right);
  const pinned: CaseSpec = { ...spec, family: 'ones', scale: 1, offset: 0, values };
  return valuesOf(pinned) > MOST ? undefined : pinned;
};

/** The same case with its inputs written out, so that each number can be changed; nothing where they are too many. */
export const pinned = (spec: CaseSpec): CaseSpec | undefined => {
  const inputs = pinnedTo(spec, drawCase(spec));
  return inputs === undefined || spec.op.endsWith('.vjp') ? inputs : { ...inputs, seed: 0 };
};

/** The same case with its upstream gradient written out too: nothing of it is drawn any more. */
export const pinnedUpstream = (spec: CaseSpec): CaseSpec | undefined => {
  const all = pinnedTo(spec, drawRequest(spec));
  return all === undefined ? undefined : { ...all, seed: 0 };
};
