import { refuse } from '../../error/refusal.ts';
import type { Part, Scan } from './blocks.ts';
import type { Component, Frame } from './frame.ts';
import { noCode } from './huffman.ts';
import type { Segment } from './segments.ts';
import { acCode, dcCode, type Tables } from './tables.ts';

/** A component while scans add to it; `steps` are those that hold at its first scan. */
export interface Plane {
  readonly component: Component;
  readonly coefficients: Int16Array;
  steps?: Uint16Array;
}

/** Most blocks of an MCU that more than one component share (T.81, B.2.3). */
const MAX_MCU_BLOCKS = 10;

/** Bands and bits that a progressive scan may have (libjpeg-turbo: jdphuff.c, `start_pass_phuff_decoder`). */
const isPossible = (count: number, from: number, to: number, high: number, low: number): boolean =>
  (from === 0 ? to === 0 : from <= to && to <= 63 && count === 1) && low <= 13 && (high === 0 || low === high - 1);

/** Reads a scan header (T.81, B.2.3). The tables that it names must be there and make sense when it uses them, and only then. */
export const scanOf = (
  { progressive }: Frame,
  planes: readonly Plane[],
  tables: Tables,
  restartInterval: number,
  { at, data }: Segment,
): Scan => {
  const fail = (what: string) => refuse('JPEG', `the scan ${what}; the file is damaged`);
  const count = data[0] ?? 0;
  if (count < 1 || count > planes.length || data.length !== 4 + 2 * count) return fail(`header at byte ${at} has the wrong length`);
  const [from, to, bits] = data.subarray(1 + 2 * count) as unknown as readonly [number, number, number];
  const [high, low] = [bits >> 4, bits & 15];
  if (progressive && !isPossible(count, from, to, high, low))
    return fail(`at byte ${at} has the impossible band ${from} to ${to}, bits ${high} to ${low}`);
  const parts = Array.from({ length: count }, (_, i): Part => {
    const [id, numbers] = [data[1 + 2 * i], data[2 + 2 * i] as number];
    const plane = planes.find(({ component }) => component.id === id);
    if (plane === undefined) return fail(`at byte ${at} has component ${id}, which the picture has not`);
    plane.steps ??=
      tables.steps.get(plane.component.table) ?? refuse('JPEG', 'a component uses a quantisation table that the file does not define');
    return {
      component: plane.component,
      coefficients: plane.coefficients,
      dc: !progressive || (from === 0 && high === 0) ? dcCode(tables, numbers >> 4) : noCode,
      ac: !progressive || from > 0 ? acCode(tables, numbers & 15) : noCode,
    };
  });
  if (new Set(parts.map(({ component }) => component.id)).size !== count) return fail(`at byte ${at} has a component twice`);
  const blocks = parts.reduce((sum, { component }) => sum + component.across * component.down, 0);
  if (count > 1 && blocks > MAX_MCU_BLOCKS)
    return fail(`at byte ${at} has ${blocks} blocks in an MCU, where ${MAX_MCU_BLOCKS} are the most`);
  return { parts, from, to, refines: high > 0, low, restartInterval };
};
