import type { Ops } from '../../../language/ops.ts';
import type { Regrid } from '../../../model/deit/position-embedding.ts';
import type { Shaped } from '../../../tensor/shape.ts';
import type { Mutant } from '../mistake.ts';
import { upTo } from '../shaping.ts';
import { attributesOf } from './wholes.ts';

/** How one axis of a grid is resampled. */
interface Sampling {
  /** Weight of a point at distance x, 0 beyond `support`. */
  readonly kernel: (x: number) => number;
  readonly support: number;
  /** Where output `i` lies between the inputs, which are at 0, 1, 2 … */
  readonly source: (i: number, from: number, to: number) => number;
  /** Whether the kernel widens where the grid shrinks. */
  readonly antialias: boolean;
  /** What is beyond the border: the point at the border, nothing, or nothing with the others making up for it. */
  readonly border: 'clamp' | 'nothing' | 'renormalise';
}

const cubic =
  (a: number) =>
  (x: number): number => {
    const t = Math.abs(x);
    if (t < 1) return ((a + 2) * t - (a + 3)) * t * t + 1;
    return t < 2 ? ((a * t - 5 * a) * t + 8 * a) * t - 4 * a : 0;
  };
const centred = (i: number, from: number, to: number): number => ((2 * i + 1) * from) / (2 * to) - 0.5;
/** The two variants as they should be. */
const RIGHT: { readonly [V in Regrid['variant']]: Sampling } = {
  facebook: { kernel: cubic(-0.75), support: 2, source: centred, antialias: false, border: 'clamp' },
  'timm-antialias': { kernel: cubic(-0.5), support: 2, source: centred, antialias: true, border: 'renormalise' },
};

/** A matrix `(to, from)` of weights. */
const weights = ({ kernel, support, source, antialias, border }: Sampling, from: number, to: number): Float64Array => {
  const out = new Float64Array(to * from);
  const stretch = antialias ? Math.max(from / to, 1) : 1;
  for (let i = 0; i < to; i++) {
    const at = source(i, from, to);
    let total = 0;
    for (let j = Math.floor(at - support * stretch); j <= Math.ceil(at + support * stretch); j++) {
      const inside = Math.min(Math.max(j, 0), from - 1);
      if (inside !== j && border !== 'clamp') continue;
      const w = kernel((j - at) / stretch);
      out[i * from + inside] += w;
      total += w;
    }
    if (border === 'renormalise') for (let j = 0; j < from; j++) out[i * from + j] /= total;
  }
  return out;
};

/** Units of roundoff by which weights that are computed on the way may be off: a few a coordinate. */
const UNITS = 16;

/** A position embedding resampled in this way: `resizePositions`, but for the weights. */
const resampled = <T extends Shaped>(o: Ops<T>, sampling: Sampling, { from: [h, w], to: [h2, w2], prefix }: Regrid, pe: T): T => {
  const [, count, dim] = pe.shape;
  const matrix = (from: number, to: number): T =>
    o.constant(
      [to, from],
      weights(sampling, from, to),
      Float64Array.from(upTo(to * from), () => UNITS * (from + 2)),
    );
  const grid = o.reshape([h, w * dim], o.slice(1, prefix, count, pe));
  const tall = o.permute([1, 0, 2], o.reshape([h2, w, dim], o.matmul(matrix(h, h2), grid)));
  const wide = o.reshape([w2, h2, dim], o.matmul(matrix(w, w2), o.reshape([w, h2 * dim], tall)));
  return o.concat(1, o.slice(1, 0, prefix, pe), o.reshape([1, h2 * w2, dim], o.permute([1, 0, 2], wide)));
};

type Wrong = (variant: Regrid['variant']) => Partial<Sampling> | undefined;
const positions = (name: string, says: string, wrong: Wrong, regrid: (r: Regrid) => Regrid = (r) => r): Mutant => ({
  name,
  says,
  at: ['pos_interp'],
  task: (request) => {
    const a = attributesOf('pos_interp', request);
    const change = a && wrong(a.variant);
    if (a === undefined || change === undefined) return undefined;
    const sampling = { ...RIGHT[a.variant], ...change };
    return { ...request.task, program: (o, { pe }) => ({ y: resampled(o, sampling, regrid(a), pe) }) };
  },
});
const ofFacebook =
  (change: Partial<Sampling>): Wrong =>
  (variant) =>
    variant === 'facebook' ? change : undefined;

/** How people resample a position embedding in place of that. */
export const POSITION_MISTAKES: readonly Mutant[] = [
  positions('positions-align-corners', 'positions resampled with the corners of both grids aligned', () => ({
    source: (i, from, to) => (to === 1 ? 0 : (i * (from - 1)) / (to - 1)),
  })),
  positions(
    'positions-other-cubic',
    "positions by the other variant's cubic: a = −0.5 in place of −0.75, or the other way round",
    (variant) => ({
      kernel: cubic(variant === 'facebook' ? -0.5 : -0.75),
    }),
  ),
  positions('positions-offset-0.1', 'positions resampled by (to + 0.1) / from, as DINO does', () => ({
    source: (i, from, to) => ((i + 0.5) * from) / (to + 0.1) - 0.5,
  })),
  positions('positions-corner-origin', 'positions resampled from i · from / to, without the half pixel', () => ({
    source: (i, from, to) => (i * from) / to,
  })),
  positions('positions-bilinear', 'positions resampled bilinearly', () => ({ kernel: (x) => Math.max(0, 1 - Math.abs(x)), support: 1 })),
  positions('positions-nearest', 'positions resampled by the nearest point', () => ({
    kernel: (x) => (x > -0.5 && x <= 0.5 ? 1 : 0),
    support: 1,
    antialias: false,
    border: 'clamp',
    source: (i, from, to) => Math.min(from - 1, Math.floor((i * from) / to)),
  })),
  positions('positions-border-empty', 'nothing beyond the border of the grid, and nothing that makes up for it', () => ({
    border: 'nothing',
  })),
  positions(
    'positions-border-renormalised',
    'weights beyond the border shared out among those inside',
    ofFacebook({ border: 'renormalise' }),
  ),
  positions('positions-border-clamped', 'beyond the border of the grid the point at the border', (variant) =>
    variant === 'facebook' ? undefined : { border: 'clamp' },
  ),
  positions(
    'positions-grid-transposed',
    'rows and columns of the old grid exchanged',
    () => ({}),
    (r) => ({ ...r, from: [r.from[1], r.from[0]] }),
  ),
];
