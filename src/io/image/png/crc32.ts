const table = Uint32Array.from({ length: 256 }, (_, n) => {
  let c = n;
  for (let bit = 0; bit < 8; bit++) c = c & 1 ? (c >>> 1) ^ 0xedb88320 : c >>> 1;
  return c;
});

/** CRC-32 of bytes `[from, to)` as PNG uses it (ISO 3309, polynomial 0xEDB88320 reflected). */
export const crc32 = (bytes: Uint8Array, from = 0, to = bytes.length): number => {
  let c = 0xffffffff;
  for (let i = from; i < to; i++) c = (table[(c ^ (bytes[i] as number)) & 0xff] as number) ^ (c >>> 8);
  return (c ^ 0xffffffff) >>> 0;
};
