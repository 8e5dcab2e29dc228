import type { Engine } from '../../core/engine/engine.ts';
import { OPERATION_NAMES } from '../../core/oracle/request/operation-table.ts';
import type { FloatDType } from '../../io/bytes/dtype.ts';
import { DIALECTS } from './dialect.ts';
import { FRAME_LIMITS } from './frame.ts';

/** What a subject takes at most. */
export const LIMITS = { max_bytes: FRAME_LIMITS.dataBytes, max_rank: 8 } as const;

/** The smallest number of each type that has all its bits. */
const SMALLEST_NORMAL: { readonly [D in FloatDType]: number } = { F64: 2 ** -1022, F32: 2 ** -126, F16: 2 ** -14, BF16: 2 ** -126 };

/** How an engine computes, in the words of the protocol: products, sums and functions are rounded to what it stores. */
const profile = (storage: FloatDType, { arithmetic: { u, tiny, elementary } }: Engine): object => ({
  storage,
  mul: storage,
  acc: storage,
  elem: storage,
  // The error of exp in units of u is at most as many units in the last place.
  exp_ulp: elementary(-1),
  ftz: tiny >= SMALLEST_NORMAL[storage],
  u,
  tiny,
  deterministic: true,
});

/** What a subject says of itself; its usual engine is the first. */
export const introduction = (
  name: string,
  version: string,
  engines: readonly (readonly [storage: FloatDType, engine: Engine])[],
): Readonly<Record<string, string>> => ({
  cmd: 'hello',
  proto: '1',
  name,
  version,
  language: 'TypeScript',
  ops: JSON.stringify(OPERATION_NAMES),
  dialects: JSON.stringify(Object.keys(DIALECTS)),
  dtypes: JSON.stringify(engines.map(([storage]) => storage)),
  profile: JSON.stringify(engines.length === 0 ? {} : profile(...engines[0])),
  limits: JSON.stringify(LIMITS),
  features: JSON.stringify(['put', 'taps', 'vjp']),
});
