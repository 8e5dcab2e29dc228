import { type Shape, showShape } from '../../core/tensor/shape.ts';
import { bytesOf, type DType, dtypes, isDType } from '../bytes/dtype.ts';
import { recordOf } from '../error/record.ts';
import { refuse } from '../error/refusal.ts';
import { quoted } from '../error/wording.ts';
import { expect, type JsonCursor, scanCount, scanList, scanString, skipNull, skipSpace } from './json-cursor.ts';

/** A tensor as a header declares it; `[begin, end)` are bytes counted from the end of the header. */
export interface TensorEntry {
  readonly name: string;
  readonly dtype: DType;
  readonly shape: Shape;
  readonly begin: number;
  readonly end: number;
}

const FORMAT = 'safetensors';
const MAX_RANK = 64;
const METADATA_KEYS = 10_000;

/** One tensor of a header: its three fields, each once, whose sizes agree. */
export const scanEntry = (c: JsonCursor, name: string, where: string): TensorEntry => {
  let dtype: DType | undefined;
  let shape: Shape | undefined;
  let offsets: readonly number[] | undefined;
  const counts = (what: string, most: number): readonly number[] => {
    const out: number[] = [];
    scanList(c, '[', ']', `${where}, ${what}`, () => {
      if (out.length === most) refuse(FORMAT, `${where}: ${what} has over ${most} numbers at header byte ${c.at}`);
      out.push(scanCount(c, `${where}, ${what}`));
    });
    return out;
  };
  scanList(c, '{', '}', where, () => {
    skipSpace(c);
    const at = c.at;
    const field = scanString(c, where);
    expect(c, ':', where);
    if (
      (field === 'dtype' ? dtype : field === 'shape' ? shape : offsets) !== undefined &&
      ['dtype', 'shape', 'data_offsets'].includes(field)
    )
      refuse(FORMAT, `${where}: ${field} appears twice, again at header byte ${at}`);
    if (field === 'dtype') {
      const given = scanString(c, `${where}, dtype`);
      dtype = isDType(given) ? given : refuse(FORMAT, `${where}: dtype ${quoted(given)} is not one of ${dtypes.join(', ')}`);
    } else if (field === 'shape') shape = counts('shape', MAX_RANK);
    else if (field === 'data_offsets') offsets = counts('data_offsets', 2);
    else refuse(FORMAT, `${where}: unknown field ${quoted(field)} at header byte ${at}; known are dtype, shape, data_offsets`);
  });
  const [begin, end] = offsets ?? [];
  if (dtype === undefined || shape === undefined || begin === undefined || end === undefined)
    return refuse(FORMAT, `${where}: needs dtype, shape and data_offsets with a begin and an end`);
  const bytes = shape.includes(0) ? 0 : shape.reduce((n, axis) => (n > Number.MAX_SAFE_INTEGER ? n : n * axis), bytesOf(dtype));
  if (bytes > Number.MAX_SAFE_INTEGER)
    return refuse(FORMAT, `${where}: shape ${showShape(shape)} takes over 2^53 bytes, more than any file holds`);
  if (end < begin) return refuse(FORMAT, `${where}: data_offsets ${begin}..${end} run backwards`);
  if (end - begin !== bytes)
    return refuse(
      FORMAT,
      `${where}: ${dtype} ${showShape(shape)} takes ${bytes} bytes, but data_offsets ${begin}..${end} give ${end - begin}`,
    );
  return { name, dtype, shape, begin, end };
};

/** The `__metadata__` of a header: texts by name, none where it is `null`. */
export const scanMetadata = (c: JsonCursor): Readonly<Record<string, string>> => {
  if (skipNull(c)) return recordOf([]);
  const out = new Map<string, string>();
  scanList(c, '{', '}', '__metadata__', () => {
    skipSpace(c);
    const at = c.at;
    const key = scanString(c, '__metadata__');
    if (out.has(key)) refuse(FORMAT, `__metadata__: the key ${quoted(key)} appears twice, again at header byte ${at}`);
    if (out.size === METADATA_KEYS) refuse(FORMAT, `__metadata__: over ${METADATA_KEYS} keys at header byte ${at}, more than the limit`);
    expect(c, ':', '__metadata__');
    out.set(key, scanString(c, `__metadata__, ${quoted(key)} (values are texts)`));
  });
  return recordOf(out);
};
