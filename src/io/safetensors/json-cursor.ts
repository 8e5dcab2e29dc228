import { refuse } from '../error/refusal.ts';
import { glimpse } from '../error/wording.ts';

/** Where a scan stands. The one mutable thing of a header scan; it never leaves it. */
export interface JsonCursor {
  readonly bytes: Uint8Array;
  at: number;
  /** Numbers scanned so far. */
  numbers: number;
}

/** A scan at the start of a header. */
export const jsonCursor = (bytes: Uint8Array): JsonCursor => ({ bytes, at: 0, numbers: 0 });

const FORMAT = 'safetensors';
/** All shapes and offsets together: room for 65 536 tensors of twelve axes. */
const NUMBERS = 1_000_000;
const code = (character: string): number => character.charCodeAt(0);
const SPACE = code(' ');
const QUOTE = code('"');
const BACKSLASH = code('\\');
const ZERO = code('0');
const NINE = code('9');
const utf8 = new TextDecoder('utf-8', { fatal: true });

/** Moves over spaces, tabs and line ends. */
export const skipSpace = (c: JsonCursor): void => {
  for (;;) {
    const b = c.bytes[c.at];
    if (b !== SPACE && b !== 9 && b !== 10 && b !== 13) return;
    c.at++;
  }
};

const found = (c: JsonCursor): string =>
  c.at >= c.bytes.length ? 'the header ends' : `found ${glimpse(c.bytes.subarray(c.at, c.at + 16))}`;

const nextIs = (c: JsonCursor, character: string): boolean => {
  skipSpace(c);
  if (c.bytes[c.at] !== code(character)) return false;
  c.at++;
  return true;
};

/** Moves over `null` where it comes next, and says whether it did. */
export const skipNull = (c: JsonCursor): boolean => {
  skipSpace(c);
  if (![...'null'].every((character, i) => c.bytes[c.at + i] === code(character))) return false;
  c.at += 'null'.length;
  return true;
};

/** Moves over one character, which must come next but for spaces. */
export const expect = (c: JsonCursor, character: string, where: string): void => {
  if (!nextIs(c, character)) refuse(FORMAT, `${where}: expected ${character} at header byte ${c.at}, ${found(c)}`);
};

/** A JSON string: escapes resolved, UTF-8 checked. */
export const scanString = (c: JsonCursor, where: string): string => {
  expect(c, '"', where);
  const start = c.at;
  let escaped = false;
  for (;;) {
    const b = c.bytes[c.at];
    if (b === undefined) return refuse(FORMAT, `${where}: the text that starts at header byte ${start} has no closing quote`);
    if (b === QUOTE) break;
    if (b < SPACE) return refuse(FORMAT, `${where}: control character at header byte ${c.at} inside a text; write it as \\u escape`);
    if (b === BACKSLASH) escaped = true;
    c.at += b === BACKSLASH ? 2 : 1;
  }
  const end = c.at;
  c.at++;
  let text = '';
  try {
    text = utf8.decode(c.bytes.subarray(start, end));
    if (escaped) text = JSON.parse(`"${text}"`) as string;
  } catch {
    return refuse(FORMAT, `${where}: the text at header bytes ${start}..${end} is not valid UTF-8 JSON`);
  }
  if (escaped && /\p{Surrogate}/u.test(text))
    return refuse(FORMAT, `${where}: the text at header bytes ${start}..${end} holds half a surrogate pair`);
  return text;
};

/** A whole number, not negative, that float64 holds exactly. */
export const scanCount = (c: JsonCursor, where: string): number => {
  skipSpace(c);
  const start = c.at;
  if (++c.numbers > NUMBERS) refuse(FORMAT, `${where}: over ${NUMBERS} numbers by header byte ${start}, more than the limit`);
  let value = 0;
  for (let b = c.bytes[c.at]; b !== undefined && b >= ZERO && b <= NINE; b = c.bytes[++c.at]) {
    value = value * 10 + (b - ZERO);
    if (value > Number.MAX_SAFE_INTEGER)
      return refuse(FORMAT, `${where}: the number at header byte ${start} is over 2^53 - 1, more than any file holds`);
  }
  const after = c.bytes[c.at];
  if (
    c.at === start ||
    (c.bytes[start] === ZERO && c.at > start + 1) ||
    after === code('.') ||
    after === code('e') ||
    after === code('E')
  ) {
    c.at = start;
    return refuse(FORMAT, `${where}: expected a whole number without sign or fraction at header byte ${start}, ${found(c)}`);
  }
  return value;
};

/** `open item, item, … close`, possibly empty. */
export const scanList = (c: JsonCursor, open: string, close: string, where: string, item: (index: number) => void): void => {
  expect(c, open, where);
  if (nextIs(c, close)) return;
  for (let index = 0; ; index++) {
    item(index);
    if (nextIs(c, close)) return;
    skipSpace(c);
    if (c.bytes[c.at] !== code(',')) refuse(FORMAT, `${where}: expected , or ${close} at header byte ${c.at}, ${found(c)}`);
    c.at++;
  }
};
