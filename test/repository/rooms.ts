import { dirname, join } from 'node:path';
import { specifiers } from './imports.ts';

/**
 * The rooms of each area that has them, from the ground up: a room imports what stands below it, never a neighbour on its own floor and
 * nothing above. Files beside the rooms, as an engine's options, belong to the whole area: each room may import them.
 */
export const FLOORS: Readonly<Record<string, readonly (readonly string[])[]>> = {
  'src/core': [
    ['text', 'math'],
    ['tensor'],
    ['random', 'kernel', 'language', 'params'],
    ['interpret', 'model'],
    ['engine', 'loss', 'image'],
    ['metric', 'train'],
    ['oracle/bound', 'oracle/request'],
    ['oracle/case', 'oracle/verdict'],
    ['oracle/mistake'],
  ],
  'src/io': [['error'], ['bytes', 'naming'], ['file', 'zip'], ['safetensors', 'onnx', 'image'], ['torch'], ['checkpoint']],
  'src/oracle': [['report', 'protocol', 'runner'], ['check']],
  'src/simd': [['kernels', 'generated'], ['compile'], ['run']],
  'src/cli': [['shell'], ['option'], ['command']],
};

/** Where a file lives: its area, its room and the floor of that; no room for a file beside the rooms. */
export interface Place {
  readonly area: string;
  readonly room: string | undefined;
  /** From 0; −1 for a folder that is on no floor. */
  readonly floor: number;
}

/** Where a file lives, or nothing where its area has no rooms. */
export const placeOf = (path: string): Place | undefined => {
  const area = Object.keys(FLOORS).find((name) => path.startsWith(`${name}/`));
  if (area === undefined) return undefined;
  const below = path.slice(area.length + 1);
  if (!below.includes('/')) return { area, room: undefined, floor: -1 };
  const rooms = (FLOORS[area] as readonly (readonly string[])[]).flatMap((names, floor) => names.map((room) => ({ area, room, floor })));
  return rooms.find(({ room }) => below.startsWith(`${room}/`)) ?? { area, room: dirname(below), floor: -1 };
};

/**
 * Imports of a file that leave the order of the rooms of its area.
 *
 * @example
 * climbing('src/core/language/a.ts', "import { record } from '../interpret/record.ts';")
 * // ['line 1: language is below interpret (../interpret/record.ts)']
 */
export const climbing = (path: string, text: string): readonly string[] => {
  const own = placeOf(path);
  if (own?.room === undefined) return [];
  if (own.floor < 0) return [`${own.room} is on no floor of ${own.area}; say what it stands on`];
  return specifiers(text).flatMap(({ name, line }) => {
    if (name === undefined || !name.startsWith('.')) return [];
    const there = placeOf(join(dirname(path), name));
    if (there?.area !== own.area || there.room === undefined || there.room === own.room || there.floor < 0) return [];
    if (there.floor < own.floor) return [];
    return [`line ${line}: ${own.room} is ${there.floor === own.floor ? 'beside' : 'below'} ${there.room} (${name})`];
  });
};
