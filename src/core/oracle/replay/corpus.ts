import type { CaseSpec, CaseValues } from '../case/case-spec.ts';

/** A case that once showed something, and shows it for ever. */
export interface FoundCase {
  readonly spec: CaseSpec;
  /** What it shows, in words. */
  readonly says: string;
  /** The mistakes that it shows: names of known ones, and in words those that are no change of a program. None where it once condemned honest code. */
  readonly kills: readonly string[];
}

/** A case with its numbers written out. */
const written = (op: string, dims: CaseSpec['dims'], values: CaseValues, attrs: CaseSpec['attrs'] = {}): CaseSpec => {
  const given = ['b', 'labels'].filter((name) => op.startsWith(name === 'b' ? 'linear' : 'cross_entropy') && Object.hasOwn(values, name));
  return { op, dims, attrs, family: 'ones', scale: 1, offset: 0, seed: 0, ...(given.length > 0 ? { given } : {}), values };
};
/** A case that is drawn. */
const drawn = (op: string, dims: CaseSpec['dims'], seed: number, more: Partial<CaseSpec> = {}): CaseSpec => ({
  op,
  dims,
  attrs: {},
  family: 'normal',
  scale: 1,
  offset: 0,
  seed,
  ...more,
});
const found = (spec: CaseSpec, kills: readonly string[], says: string): FoundCase => ({ spec, says, kills });

const GELU: readonly string[] = ['tanh-gelu', 'quick-gelu', 'relu-gelu'];
const NORM: readonly string[] = [
  'layernorm-eps-1e-12',
  'layernorm-eps-1e-5',
  'layernorm-unbiased-variance',
  'layernorm-eps-outside-root',
  'layernorm-no-bias',
  'layernorm-no-gain',
];
const ATTENTION: readonly string[] = [
  'swapped-heads',
  'swapped-queries-and-keys',
  'scale-after-softmax',
  'no-scale',
  'scale-by-width',
  'scale-by-head-size',
  'softmax-over-queries',
  'qkv-packed-by-head',
  'heads-interleaved',
  'merge-without-transpose',
];
const PATCH: readonly string[] = ['patch-channels-last', 'patch-kernel-flipped', 'patch-transposed', 'patches-by-column'];
const LINEAR: readonly string[] = ['linear-no-bias', 'linear-weight-not-transposed'];
const FACEBOOK: Readonly<Record<string, unknown>> = { from: [4, 3], to: [5, 7], prefix: 2, variant: 'facebook' };

/** Two linear layers of whole numbers: every sum is exact, and no two numbers are the same. */
const AFFINE: CaseValues = { x: [1, 2], w: [3, 5, 7, 11], b: [13, 17] };
/** A row of small variance, its gain and bias not 1 and 0. */
const SMALL_ROW: CaseValues = { x: [0, 0.0009765625], g: [1.5, 0.5], b: [0.5, -0.25] };
/** A row far from 0, in numbers whose squares float64 cannot hold. */
const FAR_ROW: CaseValues = { x: [1000.0999755859375, 1001.300048828125, 999.7000122070312], g: [1, 1, 1], b: [0, 0, 0] };

/** Cases that showed a mistake, made as small as they can be, and cases in which the oracle itself was once wrong. */
export const CORPUS: readonly FoundCase[] = [
  found(written('gelu', { N: 1 }, { x: [-2.5] }), GELU, 'where the tanh form of GELU is far from the exact one, and far beyond its bound'),
  found(
    written('gelu', { N: 2 }, { x: [-60, 60] }),
    ['tanh-by-exponentials'],
    'where exponentials of its argument overflow and their quotient is no number',
  ),
  found(written('gelu.vjp', { N: 2 }, { x: [-2.5, 1], dy: [1, 1] }), GELU, 'the slope of GELU where its other forms have another'),
  found(
    written('softmax', { N: 3 }, { x: [1000, -1000, 999] }),
    ['no-maximum'],
    'scores whose exponentials overflow unless the largest is taken off',
  ),
  found(written('softmax', { N: 2 }, { x: [0, -25] }), ['exponential-cut-at-20'], 'a small probability, and not 0'),
  found(
    written('softmax', { N: 2 }, { x: [0, -60] }),
    ['scores-clamped-at-50', 'exponential-cut-at-20'],
    'a score beyond where people clamp them',
  ),
  found(
    written('softmax.vjp', { N: 2 }, { x: [0, 1], dy: [0, 1] }),
    ['no-row-sum'],
    'the gradient of a softmax, of which its mean is taken off',
  ),
  found(
    written('log_softmax', { N: 2 }, { x: [0, -1000] }),
    ['log-of-softmax'],
    'the logarithm of a probability that is 0 when it is stored',
  ),
  found(written('layernorm', { D: 2 }, SMALL_ROW), NORM, 'eps as large as the variance, a gain and a bias'),
  found(written('layernorm', { D: 3 }, FAR_ROW), ['one-pass-variance'], 'mean of squares less square of the mean, where both are large'),
  found(
    written('layernorm.vjp', { D: 2 }, { ...SMALL_ROW, dy: [0, 1] }),
    NORM.slice(0, 4),
    'the gradient of a LayerNorm of small variance',
  ),
  found(written('linear', { '…': [1], K: 2, N: 2 }, AFFINE), LINEAR, 'a square weight, and a bias'),
  found(
    written('linear.vjp', { '…': [1], K: 2, N: 2 }, { ...AFFINE, dy: [19, 23] }),
    ['linear-weight-not-transposed'],
    'the gradients of a square weight',
  ),
  found(
    drawn('mhsa', { B: 2, N: 3, d: 2 }, 1, { attrs: { heads: 3 } }),
    [...ATTENTION, ...LINEAR],
    'attention of three heads, all of its axes of other lengths',
  ),
  found(drawn('mhsa.vjp', { B: 2, N: 3, d: 2 }, 1, { attrs: { heads: 3 } }), [...ATTENTION, ...LINEAR], 'its gradients'),
  found(
    written('mlp', { D: 1, M: 1 }, { x: [1], w1: [-2.5], b1: [0.5], w2: [1], b2: [1] }),
    [...GELU, 'linear-no-bias'],
    'GELU between two linear layers',
  ),
  found(drawn('patch_embed', { B: 1, C: 3, H: 4, W: 6, P: 2, D: 5 }, 1), PATCH, 'patches of two by two on an image that is not square'),
  found(
    drawn('block', { B: 1, N: 3, d: 2, M: 5 }, 1, { attrs: { heads: 2 }, family: 'small-variance' }),
    [...GELU, ...NORM, ...ATTENTION],
    'a whole block, small enough for eps to matter',
  ),
  found(
    written('cross_entropy', { B: 1, C: 2 }, { z: [0, 40], labels: [0] }),
    ['probability-clamped'],
    'a loss that grows beyond what a clamped probability gives',
  ),
  found(
    drawn('cross_entropy.vjp', { B: 5, C: 4 }, 1002, { given: ['target'] }),
    [],
    'softmax less target, which everyone writes, was condemned where a target did not sum to exactly 1',
  ),
  found(
    drawn('pos_interp', { D: 6 }, 1003, { family: 'small-variance', attrs: FACEBOOK }),
    [],
    'weights were charged as constants, and exact ones rounded once were condemned',
  ),
  found(drawn('pos_interp', { D: 6 }, 3, { attrs: FACEBOOK }), [], 'the same where it was farthest beyond'),
];

/**
 * The found cases of an operation, to be run before any that are drawn.
 *
 * @example
 * corpusOf('gelu').map(({ kills }) => kills[0]) // ['tanh-gelu', 'tanh-by-exponentials']
 */
export const corpusOf = (op: string): readonly FoundCase[] => CORPUS.filter(({ spec }) => spec.op === op);
