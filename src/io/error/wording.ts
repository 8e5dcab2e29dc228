/** What a terminal obeys or what turns the order of letters around, beside the controls that JSON escapes. */
const HIDDEN = /[\u007f-\u009f\u200e\u200f\u2028-\u202e\u2066-\u2069]/g;

/** A name as an error may show it: quoted, control characters escaped, long ones cut in the middle, since the end of a path is its file. */
export const quoted = (name: string): string =>
  JSON.stringify(name.length > 160 ? `${name.slice(0, 60)} ... ${name.slice(-90)}` : name).replace(
    HIDDEN,
    (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );

/** The start of some bytes as an error may show it: text where it is text, hexadecimal otherwise. */
export const glimpse = (bytes: Uint8Array): string => {
  const head = bytes.subarray(0, 24);
  if (head.every((b) => (b >= 32 && b < 127) || b === 10 || b === 13 || b === 9)) return quoted(String.fromCharCode(...head));
  return `bytes ${Array.from(head.subarray(0, 8), (b) => b.toString(16).padStart(2, '0')).join(' ')}`;
};
