import type { CaseFamily, CaseSpec } from './case-spec.ts';
import { SEEDS } from './noise.ts';
import { drawnSizes } from './sizes.ts';
import { BLOCK, MHSA, POSITIONS } from './table/attention-cases.ts';
import { PREPROCESS, RESIZE } from './table/image-cases.ts';
import { CROSS_ENTROPY, HARD, KL, SOFT } from './table/loss-cases.ts';
import { FORWARD, LOSS_GRADIENT } from './table/model-cases.ts';
import { LINEAR, MLP, PATCHES } from './table/product-cases.ts';
import { GELU, LAYERNORM, SOFTMAX } from './table/row-cases.ts';
import type { Template } from './table/template.ts';

/**
 * The first cases of each operation, in an order in which the first of all is an ordinary one and large ones are last: between them they show every mistake
 * that is known, and every length of a DeiT.
 */
const PROGRAMS: Readonly<Record<string, readonly Template[]>> = {
  linear: LINEAR,
  softmax: SOFTMAX,
  log_softmax: SOFTMAX,
  gelu: GELU,
  layernorm: LAYERNORM,
  mhsa: MHSA,
  mlp: MLP,
  patch_embed: PATCHES,
  block: BLOCK,
  pos_interp: POSITIONS,
  cross_entropy: CROSS_ENTROPY,
  kl: KL,
  soft_distill: SOFT,
  hard_distill: HARD,
  forward: FORWARD,
  loss_gradient: LOSS_GRADIENT,
};
const IMAGES: Readonly<Record<string, readonly Template[]>> = { resize: RESIZE, preprocess: PREPROCESS };

/** Operations on numbers that cases exist for. */
export const CASE_OPERATIONS: readonly string[] = Object.keys(PROGRAMS);
/** Operations on images that cases exist for: they have no program, and are judged by `judgeImage`. */
export const IMAGE_OPERATIONS: readonly string[] = Object.keys(IMAGES);

const baseOf = (op: string): string => op.replace(/\.vjp$/, '');
const firstOf = (op: string): readonly Template[] => PROGRAMS[baseOf(op)] ?? IMAGES[baseOf(op)] ?? [];

/** Operations of many steps. */
const WHOLE: ReadonlySet<string> = new Set(['block', 'forward', 'loss_gradient']);
/** Kinds of numbers for cases after the first. Through a whole block some show nothing or prove nothing: rows of one repeated value have variance 0. */
const FAMILIES: readonly CaseFamily[] = ['normal', 'small-variance', 'peaked', 'tail', 'outliers', 'offset', 'extreme', 'one-hot', 'ones'];
const DEEP: readonly CaseFamily[] = ['normal', 'small-variance', 'peaked', 'outliers'];
/** Where the divergence of what is nearly alike is next to nothing, and where no score learns beside one that takes everything, a bound is as large as the result. */
const VAGUE: Readonly<Record<string, Readonly<Partial<Record<CaseFamily, CaseFamily>>>>> = {
  kl: { 'small-variance': 'whole' },
  'mhsa.vjp': { outliers: 'normal', extreme: 'tail', offset: 'small-variance' },
};
/** After the first, one case in so many has sizes of its own: each is a plan more to compile, which costs on gpu.js. */
const renewalOf = (base: string): number => (WHOLE.has(base) ? 6 : 2);
/** One in so many is one of the large ones, and one is one of those whose numbers are its own. */
const RARE = 16;

/** How a case is judged by its numbers: as those of its family, as numbers of its own, or by a sample. */
const isPlain = ({ scale, offset, whole, sample }: Template): boolean => [scale, offset, whole, sample].every((own) => own === undefined);

/**
 * How many cases of an operation show every known mistake: all that it has by itself, and some of sizes drawn from the seed.
 *
 * @example
 * casesOf('gelu', defaultCount('gelu'), 1).some(({ family }) => family === 'tail') // true
 */
export const defaultCount = (op: string): number =>
  firstOf(op).length + (IMAGE_OPERATIONS.includes(op) ? 0 : WHOLE.has(baseOf(op)) ? 1 : 3);

/** What case `i` of a seed is drawn from: no two cases of any seeds share it. A seed has a thousand numbers in a row; further ones are above 2³². */
export const numberOf = (seed: number, i: number): number => seed * 1000 + (i % 1000) + SEEDS * Math.floor(i / 1000);

/** What cannot be proved is not drawn. Rows of one repeated value have variance 0, and next to so small an eps nothing is known of what their mean errs by. */
const proved = (op: string, family: CaseFamily, { attrs }: Template): CaseFamily => {
  if (family === 'ones' && typeof attrs?.eps === 'number' && attrs.eps < 1e-7) return 'normal';
  return (VAGUE[op] ?? VAGUE[baseOf(op)])?.[family] ?? family;
};

/** Case `after` those that an operation has by itself. */
const further = (op: string, first: readonly Template[], after: number, one: number): Template => {
  const base = baseOf(op);
  const [families, renewal, plain] = [WHOLE.has(base) ? DEEP : FAMILIES, renewalOf(base), first.filter(isPlain)];
  const rare = after % RARE === RARE - 1 ? first.filter(({ sample }) => sample !== undefined) : [];
  const odd = after % RARE === RARE / 2 - 1 ? first.filter((own) => !isPlain(own) && own.sample === undefined) : [];
  const special = [...rare, ...odd];
  if (special.length > 0) return special[Math.floor(after / RARE) % special.length];
  const own = plain[after % plain.length];
  // Steps without a common divisor, so that every template meets every family.
  const family = families[(after + Math.floor(after / plain.length)) % families.length];
  if (after % renewal !== 0) return { ...own, family };
  const { dims, attrs } = drawnSizes(op, one);
  return { ...own, family, dims, attrs: { ...own.attrs, ...attrs } };
};

/**
 * `count` cases of an operation. First its own, `defaultCount` of them with some of drawn sizes; then others without end: every second or sixth has sizes drawn
 * from the seed, the rest those of its own with another family of numbers, and now and then a large one.
 *
 * @example
 * casesOf('layernorm', 16, 1).length // 16
 */
export const casesOf = (op: string, count: number, seed: number): readonly CaseSpec[] => {
  const first = firstOf(op);
  if (first.length === 0) return [];
  return Array.from({ length: count }, (_, i): CaseSpec => {
    const one = numberOf(seed, i);
    // Nothing is drawn of images but their bytes.
    const own = IMAGE_OPERATIONS.includes(op) ? first[i % first.length] : (first[i] ?? further(op, first, i - first.length, one));
    const { family = 'normal' } = own;
    return { op, attrs: {}, scale: 1, offset: 0, seed: one, ...own, family: proved(op, family, own) };
  });
};
