import type { Lengths } from '../request/axes.ts';
import { CASE_FAMILIES, type CaseFamily, type CaseSpec } from './case-spec.ts';
import { SEEDS } from './noise.ts';
import { drawnSizes } from './sizes.ts';

/** Sizes, attributes and optional inputs of a case, before numbers are drawn. */
interface Template {
  readonly dims: Lengths;
  readonly attrs?: Readonly<Record<string, unknown>>;
  readonly given?: readonly string[];
}

/** A small distilled model, with every size different from every other and an image that is not square. */
const MODEL = { dim: 18, depth: 2, heads: 3, patch: 4, image: [8, 20], classes: 7, distilled: true, eps: 1e-6 } as const;
const HEADS = { dims: { B: 5, C: 7 }, given: ['labels', 'z_cls', 'z_dist'] } as const;

/**
 * The cases of each operation: sizes pairwise different, so that no axis can pass for another; small ones that show a
 * wrong index or divisor, and long ones where sums and exponentials are hard.
 */
const TEMPLATES: Readonly<Record<string, readonly Template[]>> = {
  linear: [
    { dims: { '…': [2, 3], K: 7, N: 5 }, given: ['b'] },
    { dims: { '…': [3], K: 192, N: 11 } },
    { dims: { '…': [2], K: 768, N: 5 }, given: ['b'] },
  ],
  softmax: [{ dims: { '…': [2, 3], N: 8 } }, { dims: { '…': [3], N: 198 } }],
  log_softmax: [{ dims: { '…': [2, 3], N: 7 } }, { dims: { '…': [3], N: 198 } }],
  gelu: [{ dims: { '…': [4], N: 33 } }],
  layernorm: [{ dims: { '…': [2, 3], D: 5 } }, { dims: { '…': [3], D: 192 } }, { dims: { '…': [3], D: 8 }, attrs: { eps: 1e-12 } }],
  mhsa: [
    { dims: { B: 2, N: 5, d: 4 }, attrs: { heads: 3 } },
    { dims: { B: 2, N: 37, d: 16 }, attrs: { heads: 3 } },
  ],
  mlp: [{ dims: { '…': [2, 3], D: 8, M: 20 } }, { dims: { '…': [5], D: 48, M: 192 } }],
  patch_embed: [{ dims: { B: 2, C: 3, H: 8, W: 20, P: 4, D: 11 } }],
  block: [{ dims: { B: 2, N: 5, d: 4, M: 28 }, attrs: { heads: 3, eps: 1e-6 } }],
  pos_interp: [
    { dims: { D: 6 }, attrs: { from: [4, 3], to: [5, 7], prefix: 2, variant: 'facebook' } },
    { dims: { D: 6 }, attrs: { from: [4, 5], to: [7, 3], prefix: 1, variant: 'timm-antialias' } },
  ],
  cross_entropy: [
    { dims: { B: 3, C: 7 }, attrs: { smoothing: 0.1, variant: 'timm' }, given: ['labels'] },
    { dims: { B: 3, C: 7 }, attrs: { smoothing: 0.1, variant: 'paper' }, given: ['labels'] },
    { dims: { B: 5, C: 4 }, given: ['target'] },
  ],
  kl: [
    { dims: { B: 3, C: 7 }, attrs: { tau: 3, direction: 'teacher-student', reduction: 'batchmean' } },
    { dims: { B: 3, C: 7 }, attrs: { tau: 2, direction: 'student-teacher', reduction: 'numel' } },
  ],
  soft_distill: [
    { ...HEADS, attrs: { tau: 3, lambda: 0.1, variant: 'paper' } },
    { ...HEADS, attrs: { tau: 3, lambda: 0.3, variant: 'facebook' } },
    { dims: { B: 3, C: 7 }, attrs: { tau: 2, lambda: 0.3, variant: 'paper-literal' }, given: ['target', 'z'] },
  ],
  hard_distill: [
    { ...HEADS, attrs: { alpha: 0.3, smoothing: 0.1 } },
    { dims: { B: 3, C: 7 }, attrs: { alpha: 0.3 }, given: ['labels', 'z'] },
  ],
  forward: [
    { dims: { B: 2 }, attrs: MODEL },
    { dims: { B: 2 }, attrs: { ...MODEL, distilled: false } },
  ],
  loss_gradient: [
    { dims: { B: 2 }, attrs: { ...MODEL, depth: 1, loss: { kind: 'hard', alpha: 0.3 } }, given: ['labels', 'z_teacher'] },
    {
      dims: { B: 2 },
      attrs: { ...MODEL, depth: 1, loss: { kind: 'soft', tau: 3, alpha: 0.3, variant: 'facebook' } },
      given: ['labels', 'z_teacher'],
    },
  ],
};

/** Operations of many steps. */
const WHOLE: ReadonlySet<string> = new Set(['block', 'forward', 'loss_gradient']);
/** Through a whole block some families show nothing or prove nothing: rows of one repeated value have variance 0. */
const familiesOf = (base: string): readonly CaseFamily[] =>
  WHOLE.has(base) ? ['normal', 'small-variance', 'peaked', 'outliers'] : CASE_FAMILIES;
/** After its own sizes have been used, one case in so many has new ones: each is a plan more to compile, which costs on gpu.js. */
const renewalOf = (base: string): number => (WHOLE.has(base) ? 6 : 3);

/** Operations that cases exist for. */
export const CASE_OPERATIONS: readonly string[] = Object.keys(TEMPLATES);

/** The `i`th case from `count` templates: which template, in which round over them, and whether its sizes are drawn. */
const turn = (i: number, count: number, renewal: number): { readonly at: number; readonly round: number; readonly drawn: boolean } => {
  const after = i - count;
  const drawn = after >= 0 && after % renewal === 0;
  const before = after < 0 ? 0 : Math.ceil(after / renewal);
  const nth = drawn ? before : i - before;
  return { at: nth % count, round: Math.floor(nth / count), drawn };
};

/** What case `i` of a seed is drawn from: no two cases of any seeds share it. A seed has a thousand numbers in a row; further ones are above 2³². */
export const numberOf = (seed: number, i: number): number => seed * 1000 + (i % 1000) + SEEDS * Math.floor(i / 1000);

/**
 * `count` cases of an operation. First its own sizes, one after the other; then every third or sixth case has sizes drawn from the seed, and
 * those between have its own again. Each round over its attributes has another family of numbers.
 *
 * @example
 * casesOf('layernorm', 16, 1).length // 16
 */
export const casesOf = (op: string, count: number, seed: number): readonly CaseSpec[] => {
  const base = op.replace(/\.vjp$/, '');
  const [templates, families] = [TEMPLATES[base] ?? [], familiesOf(base)];
  if (templates.length === 0) return [];
  return Array.from({ length: count }, (_, i) => {
    const { at, round, drawn } = turn(i, templates.length, renewalOf(base));
    const [own, one] = [templates[at], numberOf(seed, i)];
    const { dims, attrs } = drawn ? drawnSizes(op, one) : own;
    return {
      op,
      // In another order where sizes are drawn, so that few cases already have most families between them.
      family: families[(drawn ? 5 * round : round) % families.length],
      scale: 1,
      offset: 0,
      seed: one,
      ...own,
      dims,
      attrs: { ...own.attrs, ...attrs },
    };
  });
};
