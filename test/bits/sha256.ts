/** 32 bits of the fractional part of a positive number. */
const fraction = (x: number): number => ((x - Math.floor(x)) * 4294967296) | 0;
const PRIMES = (() => {
  const primes: number[] = [];
  for (let n = 2; primes.length < 64; n++) if (primes.every((p) => n % p !== 0)) primes.push(n);
  return primes;
})();

/** The cube root of a small prime, right in its first 32 fractional bits: Newton's steps in plain arithmetic. */
const cubeRoot = (n: number): number => {
  let x = n;
  for (let step = 0; step < 60; step++) x = (2 * x + n / (x * x)) / 3;
  return x;
};

const START = PRIMES.slice(0, 8).map((p) => fraction(Math.sqrt(p)));
const ROUND = PRIMES.map((p) => fraction(cubeRoot(p)));
const rotate = (x: number, n: number): number => (x >>> n) | (x << (32 - n));

const padded = (bytes: Uint8Array): DataView => {
  const all = new Uint8Array(Math.ceil((bytes.length + 9) / 64) * 64);
  all.set(bytes);
  all[bytes.length] = 0x80;
  const view = new DataView(all.buffer);
  view.setUint32(all.length - 8, Math.floor((bytes.length * 8) / 4294967296));
  view.setUint32(all.length - 4, (bytes.length * 8) >>> 0);
  return view;
};

const compress = (state: Int32Array, w: Int32Array, block: DataView, at: number): void => {
  for (let t = 0; t < 16; t++) w[t] = block.getInt32(at + 4 * t);
  for (let t = 16; t < 64; t++) {
    const s0 = rotate(w[t - 15], 7) ^ rotate(w[t - 15], 18) ^ (w[t - 15] >>> 3);
    const s1 = rotate(w[t - 2], 17) ^ rotate(w[t - 2], 19) ^ (w[t - 2] >>> 10);
    w[t] = w[t - 16] + s0 + w[t - 7] + s1;
  }
  let [a, b, c, d, e, f, g, h] = state;
  for (let t = 0; t < 64; t++) {
    const t1 = (h + (rotate(e, 6) ^ rotate(e, 11) ^ rotate(e, 25)) + ((e & f) ^ (~e & g)) + ROUND[t] + w[t]) | 0;
    const t2 = ((rotate(a, 2) ^ rotate(a, 13) ^ rotate(a, 22)) + ((a & b) ^ (a & c) ^ (b & c))) | 0;
    [h, g, f, e, d, c, b, a] = [g, f, e, (d + t1) | 0, c, b, a, (t1 + t2) | 0];
  }
  [a, b, c, d, e, f, g, h].forEach((x, i) => {
    state[i] = (state[i] as number) + x;
  });
};

/**
 * SHA-256 in hexadecimal (FIPS 180-4): in plain JavaScript, because not every engine under test has a `crypto`.
 *
 * @example
 * sha256(new Uint8Array()).slice(0, 8) // 'e3b0c442'
 */
export const sha256 = (bytes: Uint8Array): string => {
  const view = padded(bytes);
  const state = Int32Array.from(START);
  const w = new Int32Array(64);
  for (let at = 0; at < view.byteLength; at += 64) compress(state, w, view, at);
  return Array.from(state, (x) => (x >>> 0).toString(16).padStart(8, '0')).join('');
};
