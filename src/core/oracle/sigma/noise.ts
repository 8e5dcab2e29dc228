import type { Arithmetic } from '../../engine/arithmetic.ts';
import { generic } from '../../interpret/generic.ts';
import { unchecked } from '../../language/interpreter.ts';
import type { Ops } from '../../language/ops.ts';
import { refuseReplaced } from '../../language/replaced.ts';
import { call, type IsValue, isShaped, type NamedName, type OpName } from '../../language/signatures.ts';
import { hashTensor, nameHash } from '../../random/hash.ts';
import type { Shaped } from '../../tensor/shape.ts';
import { generate, type Tensor, zeros } from '../../tensor/tensor.ts';
import { roundingError, squaredTerms, storing } from './rounding-error.ts';
import { fits, type Roundings, roundingsOf } from './roundings.ts';

/** A value that others computed beside the reference, each with roundings of its own. */
export interface Noisy extends Shaped {
  /** The reference's own. */
  readonly value: Tensor;
  /** What the others have; absent where all have the same. */
  readonly samples?: readonly Tensor[];
  /** The standard deviation of their errors where it is known and need not be estimated: after the first operation that rounds. */
  readonly sigma?: Tensor;
  /** A number that belongs to how it was computed: chance is drawn from it, so that the same computation errs in the same way. */
  readonly id: number;
}

/** Whom to draw: how many, and the seed of their chance. */
export interface Crowd {
  readonly samples: number;
  readonly seed: number;
  /** The number of the first of them. @defaultValue 0 */
  readonly first?: number;
}

const ROOT_THREE = 1.7320508075688772;

/**
 * Errors of a standard deviation, spread evenly about 0, added to what somebody has. Equal numbers in a row of the reference err alike: the same arguments
 * are rounded in the same way.
 */
const err = ({ value, id }: Noisy, sigma: Tensor, { seed, first = 0 }: Crowd, who: number, a: Tensor): Tensor => {
  const chance = hashTensor(`${id}/${first + who}`, seed, a.shape, ROOT_THREE).data;
  const [x, y, s] = [a.data, value.data, sigma.data];
  let drawn = 0;
  return generate(a.shape, (i) => {
    if (i === 0 || y[i] !== y[i - 1]) drawn = chance[i];
    // Where nothing is known (an infinity), nothing is added.
    return s[i] > 0 && s[i] < Number.POSITIVE_INFINITY ? x[i] + s[i] * drawn : x[i];
  });
};

const everybody = (crowd: Crowd, f: (who: number) => Tensor): readonly Tensor[] =>
  Array.from({ length: crowd.samples }, (_, who) => f(who));
const held = ({ value, samples }: Noisy, who: number): Tensor => samples?.[who] ?? value;
const isExact = ({ samples }: Noisy): boolean => samples === undefined;

/** Everybody's own errors, on top of what they have. */
const erring = (crowd: Crowd, a: Noisy, sigma: Tensor): Noisy => ({
  ...a,
  samples: everybody(crowd, (who) => err(a, sigma, crowd, who, held(a, who))),
});

/** A number for what an operation makes of attributes and values. Of a constant its numbers count. */
const idOf = (op: OpName | 'input' | 'store' | 'factor', attrs: readonly unknown[], ids: readonly number[]): number => {
  const words = attrs.map((attr) => (ArrayBuffer.isView(attr) ? checksum(attr as unknown as ArrayLike<number>) : `${attr}`));
  return nameHash(`${op}(${words.join(';')})${ids.join()}`, 0);
};
const checksum = (numbers: ArrayLike<number>): string => {
  let [sum, turned] = [0, 0];
  for (let i = 0; i < numbers.length; i++) {
    sum += numbers[i];
    turned += (i + 1) * numbers[i];
  }
  return `${numbers.length}:${sum}:${turned}`;
};

/** What somebody has of a value, rounded once more by up to `most(y)`, unless it is exact and `fits`. */
const roundedAgain = (crowd: Crowd, why: 'store' | 'factor', a: Noisy, u: number, most: (y: number) => number): Noisy => {
  const y = a.value.data;
  const exact = isExact(a);
  let any = false;
  const sigma = generate(a.shape, (i) => {
    const s = exact && fits(u, y[i]) ? 0 : most(y[i]) / ROOT_THREE;
    any ||= s > 0;
    return s;
  });
  if (!any) return a;
  const { shape, value, samples } = a;
  const before: Noisy = { shape, value, ...(samples === undefined ? { sigma } : { samples }), id: idOf(why, [], [a.id]) };
  return erring(crowd, before, sigma);
};

/**
 * A value that is given to everybody, as they store it.
 *
 * @param name chance is drawn from it: give each input of a program its own.
 * @example
 * const [fits, not] = [0.5, 0.1].map((x) => given(FLOAT32, { samples: 2, seed: 1 }, 'x', tensor([1], [x])));
 * [fits.samples, not.samples.length] // [undefined, 2]
 */
export const given = (arithmetic: Arithmetic, crowd: Crowd, name: string, value: Tensor): Noisy => {
  const r = roundingsOf(arithmetic);
  return roundedAgain(crowd, 'store', shared(name, value), r.storage, (y) => storing(r, y));
};

/** A value that everybody has exactly as it is. */
export const shared = (name: string, value: Tensor): Noisy => ({ shape: value.shape, value, id: idOf('input', [name], []) });

/** What a tag does to the value that passes it. */
export type OnNoisyTag = (name: string, a: Noisy) => Noisy;

const isProduct = (op: OpName): op is 'matmul' | 'linear' => op === 'matmul' || op === 'linear';

/** What rounding the factors of a product adds, as a standard deviation: `u_m²/3 (a ∘ a)(b ∘ b)` for each that is rounded. */
const ofFactors = (r: Roundings, o: Ops<Tensor>, op: 'matmul' | 'linear', factors: readonly Noisy[]): Tensor => {
  const [a, b] = factors;
  const squares = squaredTerms(o, op, a.value, b.value);
  const rounded = [a, b].filter((factor) => !isExact(factor)).length;
  return generate(squares.shape, (i) => (r.products * Math.sqrt(rounded * squares.data[i])) / ROOT_THREE);
};

/** The deviations of two independent errors, as one. */
const together = (a: Tensor, b: Tensor): Tensor => generate(a.shape, (i) => Math.sqrt(a.data[i] * a.data[i] + b.data[i] * b.data[i]));

/** A known deviation goes where the numbers go. */
const moved = (o: Ops<Tensor>, op: OpName, attrs: readonly unknown[], args: readonly Noisy[]): { readonly sigma?: Tensor } => {
  const known = op !== 'maxLast' && args.some((a) => a.sigma !== undefined) && args.every((a) => isExact(a) || a.sigma !== undefined);
  return known ? { sigma: call(o, op, attrs, args.map((a) => a.sigma ?? zeros(a.shape))) } : {}; // biome-ignore format: one line
};

const isNoisy: IsValue = (value) => isShaped(value) && 'id' in (value as object);

/** Named operations that round by a rule of their own. */
const RULED: readonly NamedName[] = ['sub', 'gelu', 'linear'];
/** Those that store only their result, whatever it is made of. */
const STORED_ONCE: readonly NamedName[] = ['mean', 'softmax', 'logSoftmax', 'layerNorm'];

/**
 * Monte-Carlo arithmetic (Parker 1997; `docs/second-tier.md`): the base interpreter, and beside it a crowd of implementations in `arithmetic`, each of
 * which errs after each operation by chance, with the standard deviation of that operation's rounding. What they differ by at the end is what
 * an honest implementation may differ by. Nothing in it is proved.
 *
 * Chance is a function of the seed, of who it is and of how a value is computed: the same program gives the same numbers, always. It works below `vjp`,
 * so for losses and gradients as for whole models. A softmax, a log-softmax, a mean and a LayerNorm are what they are derived from, stored once.
 *
 * `onTag` sees (and may replace) each tagged value under its full name.
 *
 * Laws: without roundoff everybody has the base's bits; errors grow as `u` does; their mean is 0, to first order.
 *
 * @example
 * const crowd = { samples: 3, seed: 1 };
 * const o = noise(FLOAT32, reference, crowd);
 * const y = o.unary('exp', given(FLOAT32, crowd, 'x', tensor([1], [1])));
 * y.samples.map(({ data }) => Math.abs(data[0] - Math.E) < 1e-6) // [true, true, true]
 */
export const noise = (
  arithmetic: Arithmetic,
  base: Ops<Tensor>,
  crowd: Crowd,
  onTag: OnNoisyTag = (_name, a) => a,
  prefix = '',
): Ops<Noisy> => {
  refuseReplaced('noise', base, 'nothing is known of how that rounds:');
  const o = unchecked(base);
  const r = roundingsOf(arithmetic);
  const inside = r.storage === r.u ? undefined : unchecked(noise({ ...arithmetic, storage: r.u }, base, crowd));
  const factor = (a: Noisy): Noisy => roundedAgain(crowd, 'factor', a, r.products, (y) => r.products * Math.abs(y));
  const apply = (op: OpName, attrs: readonly unknown[], args: readonly Noisy[]): Noisy => {
    if (op === 'tag') return onTag(`${prefix}${attrs[0]}`, args[0]);
    if (inside !== undefined && STORED_ONCE.some((name) => name === op))
      return roundedAgain(crowd, 'store', call(inside, op, attrs, args), r.storage, (y) => storing(r, y));
    const factors = isProduct(op) && r.products > 0 ? [...args.slice(0, 2).map(factor), ...args.slice(2)] : args;
    const values = args.map((a) => a.value);
    const value = call(o, op, attrs, values);
    const exact = factors.every(isExact);
    const samples = exact ? {} : { samples: everybody(crowd, (who) => call(o, op, attrs, factors.map((a) => held(a, who)))) }; // biome-ignore format: one line
    const made: Noisy = { shape: value.shape, value, ...samples, id: idOf(op, attrs, args.map((a) => a.id)) }; // biome-ignore format: one line
    const sigma = roundingError(r, o, op, attrs, values, value);
    if (sigma === undefined) return { ...made, ...moved(o, op, attrs, args) };
    const known = !args.every(isExact) ? {} : { sigma: isProduct(op) && !exact ? together(sigma, ofFactors(r, o, op, factors)) : sigma };
    return erring(crowd, { ...made, ...known }, sigma);
  };
  const whole = inside === undefined ? RULED : [...RULED, ...STORED_ONCE];
  const refuse: Ops<Noisy>['refuse'] = (why, ...args) => {
    const value = o.refuse(why, ...args.map((a) => a.value));
    return { shape: value.shape, value, id: 0 };
  };
  return generic<Noisy>(apply, whole, {
    within: (name) => noise(arithmetic, base.within(name), crowd, onTag, `${prefix}${name}.`),
    refuse,
    isValue: isNoisy,
    infers: [],
  });
};
