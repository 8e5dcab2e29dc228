import * as E from 'fp-ts/lib/Either.js';
import type { Frame } from './frame.ts';

/** A request to run an operation, as its texts say it. */
export interface RunRequest {
  readonly op: string;
  /** Which version of the operation. */
  readonly version: string;
  readonly attrs: unknown;
  readonly dialect: string;
  /** What the implementation rounds tensors to. */
  readonly storage: string;
  /** What carries the results; absent: what holds them exactly. */
  readonly wire?: string;
  /** Outputs wanted; absent: all. */
  readonly want?: readonly string[];
  readonly taps: readonly string[] | 'all';
  /** The name under which weights were put. */
  readonly weights?: string;
}

const json = (key: string, text: string): E.Either<string, unknown> =>
  E.tryCatch(
    () => JSON.parse(text) as unknown,
    (reason) => `${key} is not JSON: ${(reason as Error).message}`,
  );

const names = (key: string, text: string | undefined): E.Either<string, readonly string[] | undefined> => {
  if (text === undefined) return E.right(undefined);
  const parsed = json(key, text);
  if (E.isLeft(parsed)) return parsed;
  const list = parsed.right;
  return Array.isArray(list) && list.every((name) => typeof name === 'string')
    ? E.right(list as readonly string[])
    : E.left(`${key} must be a JSON list of names, got ${text}`);
};

/** The request in a frame, or what is wrong with it. */
export const runRequest = ({ meta }: Frame): E.Either<string, RunRequest> => {
  const { op, opv = '1', weights, taps: tapped = '[]', dialect = 'deit-fb', storage = 'F64', wire } = meta;
  if (op === undefined) return E.left('op is missing: which operation to run');
  const attrs = json('attrs', meta.attrs ?? '{}');
  const taps = tapped === 'all' || tapped === '"all"' ? E.right('all' as const) : names('taps', tapped);
  const want = names('want', meta.want);
  if (E.isLeft(attrs)) return attrs;
  if (E.isLeft(taps)) return taps;
  if (E.isLeft(want)) return want;
  return E.right({
    op,
    version: opv,
    attrs: attrs.right,
    dialect,
    storage,
    taps: taps.right ?? [],
    ...(want.right === undefined ? {} : { want: want.right }),
    ...(wire === undefined ? {} : { wire }),
    ...(weights === undefined ? {} : { weights }),
  });
};
