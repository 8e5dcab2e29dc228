import { ALGORITHMS, type Algorithm, type Arithmetic } from '../../engine/arithmetic.ts';
import type { Ops, Program } from '../../language/ops.ts';
import { override } from '../../language/override.ts';
import { generate, type Tensor } from '../../tensor/tensor.ts';
import { type Bounded, exact, isExact } from '../bound/bounded.ts';
import { fitsAll, roundedTo } from '../bound/interpreter.ts';
import { programOf } from '../request/task.ts';
import { layerwise } from '../verdict/layerwise.ts';
import type { Failing } from './diagnose.ts';

/** An honest way to compute that somebody may have forgotten to declare. */
export interface Way {
  readonly name: string;
  /** What it is, in words. */
  readonly says: string;
  /** What to declare in one's arithmetic. */
  readonly declare: string;
  /** The arithmetic of who declares it; undefined where that is declared already. */
  readonly of: (declared: Arithmetic) => Arithmetic | undefined;
  /** The unit roundoff of the coarsest format that has all the bits of every result. @defaultValue any */
  readonly results?: number;
  /** The unit roundoff to which factors are rounded before a matrix product: then it is known what comes out, and nothing needs to be allowed. */
  readonly factors?: number;
}

/** 2⁻¹²⁶, the smallest normal number of float32. */
const NORMAL = 1.1754943508222875e-38;
/** Formats: unit roundoff, smallest positive number. */
const SINGLE = { u: 5.9604644775390625e-8, tiny: 1.401298464324817e-45, power: '2 ** -24' } as const;
const ELEVEN = { u: 0.00048828125, tiny: 5.9604644775390625e-8, power: '2 ** -11' } as const;
const EIGHT = { u: 0.00390625, tiny: 9.183549615799121e-41, power: '2 ** -8' } as const;
type Bits = typeof SINGLE | typeof ELEVEN | typeof EIGHT;

const algorithm = (name: Algorithm): Way => ({
  name,
  says: ALGORITHMS[name],
  declare: `algorithms: ['${name}']`,
  of: (a) => ((a.algorithms ?? []).includes(name) ? undefined : { ...a, algorithms: [...(a.algorithms ?? []), name] }),
});
const products = (name: string, says: string, { u, power }: Bits): Way => ({
  name,
  says,
  declare: `products: ${power}`,
  of: (a) => (Math.max(a.u, a.storage ?? 0, a.products ?? 0) >= u ? undefined : { ...a, products: u }),
  factors: u,
});
const storage = (name: string, says: string, { u, tiny, power }: Bits): Way => ({
  name,
  says,
  declare: `storage: ${power}`,
  of: (a) => (Math.max(a.u, a.storage ?? 0) >= u ? undefined : { ...a, storage: u, tiny: Math.max(a.tiny, tiny) }),
  results: u,
});
const sums = (name: string, says: string, { u, tiny, power }: Bits): Way => ({
  name,
  says,
  declare: `u: ${power}`,
  of: (a) => (a.u >= u ? undefined : { ...a, u, tiny: Math.max(a.tiny, tiny) }),
  results: u,
});

/** From those that lose little to those that lose much. */
export const WAYS: readonly Way[] = [
  {
    name: 'flush-to-zero',
    says: 'numbers too small to have all their bits are flushed to zero',
    declare: 'tiny: 2 ** -126',
    of: (a) => (a.tiny >= NORMAL ? undefined : { ...a, tiny: NORMAL }),
  },
  ...(Object.keys(ALGORITHMS) as readonly Algorithm[]).map(algorithm),
  {
    name: 'rough-functions',
    says: 'exp, erf and the like less accurate than was declared',
    declare: 'elementary: () => 10',
    of: (a) => (a.elementary(-1) >= 10 ? undefined : { ...a, elementary: (x) => Math.max(10, a.elementary(x)) }),
  },
  sums('float32', 'computed in float32', SINGLE),
  products('tf32-products', 'factors of matrix products rounded to 11 bits, as TF32 and float16 have', ELEVEN),
  storage('f16-storage', 'results stored with 11 bits, as float16 has', ELEVEN),
  products('bf16-products', 'factors of matrix products rounded to 8 bits, as bfloat16 has', EIGHT),
  storage('bf16-storage', 'results stored with 8 bits, as bfloat16 has', EIGHT),
  sums('f16-sums', 'sums accumulated with 11 bits, as float16 has', ELEVEN),
  sums('bf16-sums', 'sums accumulated with 8 bits, as bfloat16 has', EIGHT),
];

/**
 * An error this far inside what a way allows is no work of it: who rounds to 11 bits is wrong by more than a thousandth of what 11 bits may do.
 */
const IDLE = 1 / 1024;

/** A program whose matrix products have their factors rounded first. */
const onRounded = (u: number, program: Program): Program => {
  const rounded = (a: Bounded): Bounded =>
    isExact(a)
      ? exact(roundedTo(u, a.value))
      : { ...a, error: generate(a.shape, (i) => a.error.data[i] + u * (Math.abs(a.value.data[i]) + a.error.data[i])) };
  const own = (o: Ops<Bounded>) => ({
    linear: (x: Bounded, w: Bounded, b?: Bounded) => o.linear(rounded(x), rounded(w), b),
    matmul: (a: Bounded, b: Bounded) => o.matmul(rounded(a), rounded(b)),
  });
  // It is only ever run on values with bounds.
  return ((o: Ops<Bounded>, inputs: Readonly<Record<string, Bounded>>) => program(override(o, own), inputs)) as Program;
};

/** What a failing answer gives at the end. */
const resultsOf = ({ steps, got }: Failing): readonly Tensor[] =>
  steps.flatMap(({ name, output }) => (output && Object.hasOwn(got, name) ? [got[name]] : []));

/**
 * The honest way to compute that loses least and explains all of these failures, where one does: each number is within what is proved of it, and some of them
 * come near that. It is no mistake but must be declared.
 *
 * @example
 * import { checkKernel } from 'deit-oracle/oracle';
 * const single = ({ x }) => ({ y: { shape: x.shape, data: Float32Array.from(reference.gelu(x).data) } });
 * checkKernel('gelu', single, { arithmetic: FLOAT64, cases: 2 }).then(({ looksLike }) => looksLike) // 'float32'
 */
export const likelyWay = (declared: Arithmetic, failures: readonly Failing[]): Way | undefined => {
  if (failures.length === 0) return undefined;
  const unit = [EIGHT, ELEVEN, SINGLE].find(({ u }) => failures.every((failing) => resultsOf(failing).every((t) => fitsAll(u, t))))?.u ?? 0;
  return WAYS.find((way) => {
    const own = way.of(declared);
    if (own === undefined || (way.results ?? unit) !== unit) return false;
    const { factors } = way;
    let [nearest, told] = [0, 0];
    for (const { task, got } of failures)
      for (const { comparison } of factors === undefined
        ? layerwise(own, programOf(task), task.inputs, got, exact)
        : layerwise(declared, onRounded(factors, programOf(task)), task.inputs, got)) {
        if (comparison.failed > 0) return false;
        told += comparison.compared;
        nearest = Math.max(nearest, comparison.worst?.ratio ?? 0);
      }
    // A way of which nothing is proved explains everything, and so nothing.
    return told > 0 && (factors !== undefined || nearest >= IDLE);
  });
};
