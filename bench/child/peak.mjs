/**
 * The most that this machine's vector units give a WebAssembly program on one thread: ten independent chains of `a ← a·b + c` in registers,
 * twelve registers of sixteen, enough to hide the latency of a product and a sum at two a cycle.
 */
const CHAINS = 10;
const STEPS = 20_000;
const UNROLLED = 8;
const KINDS = {
  f32: {
    lanes: 4,
    splat: [0x13],
    constant: (x) => [0x43, ...new Uint8Array(Float32Array.of(x).buffer)],
    mul: [0xe6, 0x01],
    add: [0xe4, 0x01],
  },
  f64: {
    lanes: 2,
    splat: [0x14],
    constant: (x) => [0x44, ...new Uint8Array(Float64Array.of(x).buffer)],
    mul: [0xf2, 0x01],
    add: [0xf0, 0x01],
  },
};
KINDS.fma = { ...KINDS.f32, madd: [0x85, 0x02] };

const leb = (n) => (n < 128 ? [n] : [(n & 127) | 128, ...leb(n >>> 7)]);
const section = (id, bytes) => [id, ...leb(bytes.length), ...bytes];
const simd = (code) => [0xfd, ...code];

/** A module whose `peak(steps)` runs the chains and returns lane 0 of their sum, which is 2 a chain. */
const moduleOf = ({ splat, constant, mul, add, madd }) => {
  const [b, c] = [1 + CHAINS, 2 + CHAINS];
  const get = (i) => [0x20, i];
  const set = (i) => [0x21, i];
  const value = (x) => [...constant(x), ...simd(splat)];
  const chains = Array.from({ length: CHAINS }, (_, i) => i + 1);
  const step = (i) => [...get(i), ...get(b), ...(madd ? [...get(c), ...simd(madd)] : [...simd(mul), ...get(c), ...simd(add)]), ...set(i)];
  const steps = Array.from({ length: UNROLLED }, () => chains.flatMap(step)).flat();
  const body = [
    ...[1, CHAINS + 2, 0x7b],
    ...[...value(0.5), ...set(b), ...value(1), ...set(c)],
    ...[0x03, 0x40, ...steps, ...get(0), 0x41, 1, 0x6b, 0x22, 0, 0x0d, 0, 0x0b],
    ...get(1),
    ...chains.slice(1).flatMap((i) => [...get(i), ...simd(add)]),
    ...[...simd(constant(0)[0] === 0x43 ? [0x1f, 0] : [0x21, 0]), ...(constant(0)[0] === 0x43 ? [0xbb] : []), 0x0b],
  ];
  const bytes = [
    ...[0, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
    ...section(1, [1, 0x60, 1, 0x7f, 1, 0x7c]),
    ...section(3, [1, 0]),
    ...section(7, [1, 4, ...new TextEncoder().encode('peak'), 0, 0]),
    ...section(10, [1, ...leb(body.length), ...body]),
  ];
  return new WebAssembly.Module(Uint8Array.from(bytes));
};

export const load = async ({ options: { kind } }) => {
  const of = KINDS[kind];
  const { peak } = new WebAssembly.Instance(moduleOf(of)).exports;
  for (let i = 0; i < 50; i++) peak(STEPS / 10);
  return {
    describe: `ten chains of a·b + c in registers, ${kind === 'fma' ? 'f32x4 fused' : `${kind}x${of.lanes}`}`,
    flops: 2 * of.lanes * CHAINS * UNROLLED * STEPS,
    run: async () => {
      const sum = peak(STEPS);
      if (sum !== 2 * CHAINS) throw new Error(`the chains gave ${sum} instead of ${2 * CHAINS}`);
      return {};
    },
  };
};
