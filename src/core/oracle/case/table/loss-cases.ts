import type { CaseFamily } from '../case-spec.ts';
import type { Template } from './template.ts';

type Attrs = Readonly<Record<string, unknown>>;
const of = (B: number, C: number, family: CaseFamily, attrs: Attrs, given?: readonly string[]): Template => ({
  dims: { B, C },
  attrs,
  family,
  ...(given === undefined ? {} : { given }),
});

const LABELS: readonly string[] = ['labels'];
const TARGET: readonly string[] = ['target'];

/** Labels and targets, smoothed by either rule and not at all; a right class of which nearly nothing is thought, which a clamped probability or logarithm hides. */
export const CROSS_ENTROPY: readonly Template[] = [
  of(3, 7, 'normal', { smoothing: 0.1, variant: 'timm' }, LABELS),
  of(3, 7, 'peaked', { smoothing: 0.1, variant: 'paper' }, LABELS),
  of(5, 4, 'normal', {}, TARGET),
  of(4, 6, 'extreme', {}, LABELS),
  of(6, 3, 'extreme', {}, TARGET),
  of(7, 7, 'outliers', { smoothing: 0.3, variant: 'timm' }, LABELS),
  of(2, 2, 'tail', { smoothing: 0.2, variant: 'paper' }, LABELS),
  of(3, 5, 'offset', { smoothing: 0.1 }, LABELS),
  of(4, 9, 'ones', {}, LABELS),
  of(1, 31, 'one-hot', {}, TARGET),
  of(65, 33, 'small-variance', {}, LABELS),
  of(8, 1000, 'normal', { smoothing: 0.1 }, LABELS),
  of(3, 257, 'peaked', {}, TARGET),
];

const tau = (value: number, direction = 'teacher-student', reduction = 'batchmean'): Attrs => ({ tau: value, direction, reduction });

export const KL: readonly Template[] = [
  of(3, 7, 'normal', tau(3)),
  of(3, 7, 'peaked', tau(2, 'student-teacher', 'numel')),
  of(4, 5, 'extreme', tau(1)),
  of(5, 4, 'extreme', tau(3, 'student-teacher')),
  of(6, 6, 'outliers', tau(1.5, 'teacher-student', 'numel')),
  of(2, 9, 'offset', tau(4)),
  of(3, 2, 'tail', tau(1, 'student-teacher', 'numel')),
  of(1, 31, 'one-hot', tau(0.5)),
  of(7, 3, 'whole', tau(2)),
  of(65, 33, 'normal', tau(1)),
  of(8, 1000, 'normal', tau(3)),
  of(2, 257, 'peaked', tau(3, 'teacher-student', 'numel')),
];

const HEADS: readonly string[] = ['labels', 'z_cls', 'z_dist'];
const TAUGHT: readonly string[] = ['target', 'z_cls', 'z_dist'];
const ALONE: readonly string[] = ['labels', 'z'];

export const SOFT: readonly Template[] = [
  of(5, 7, 'normal', { tau: 3, lambda: 0.1, variant: 'paper' }, HEADS),
  of(5, 7, 'peaked', { tau: 3, lambda: 0.3, variant: 'facebook' }, HEADS),
  of(3, 7, 'normal', { tau: 2, lambda: 0.3, variant: 'paper-literal' }, ['target', 'z']),
  of(4, 6, 'extreme', { tau: 1, lambda: 0.5, variant: 'paper' }, ALONE),
  of(6, 6, 'outliers', { tau: 2, lambda: 0.4, smoothing: 0.1, variant: 'facebook' }, HEADS),
  of(2, 5, 'tail', { tau: 5, lambda: 0.7, variant: 'paper-literal' }, TAUGHT),
  of(3, 4, 'offset', { tau: 3, lambda: 1, variant: 'paper' }, HEADS),
  of(1, 31, 'one-hot', { tau: 4, lambda: 0.2, variant: 'facebook' }, ALONE),
  of(7, 2, 'small-variance', { tau: 3, lambda: 0.6, variant: 'paper' }, TAUGHT),
  of(65, 33, 'normal', { tau: 2, lambda: 0.9, variant: 'facebook' }, HEADS),
  of(8, 1000, 'normal', { tau: 3, lambda: 0.1, variant: 'facebook' }, HEADS),
  of(2, 257, 'peaked', { tau: 2.5, lambda: 0.3, variant: 'paper-literal' }, HEADS),
];

export const HARD: readonly Template[] = [
  of(5, 7, 'normal', { alpha: 0.3, smoothing: 0.1 }, HEADS),
  of(3, 7, 'normal', { alpha: 0.3 }, ALONE),
  of(4, 6, 'extreme', { alpha: 0.6 }, HEADS),
  of(5, 3, 'peaked', { alpha: 0.2 }, TAUGHT),
  of(6, 6, 'outliers', { alpha: 0.5, smoothing: 0.2 }, HEADS),
  of(2, 5, 'tail', { alpha: 0.9 }, HEADS),
  of(3, 4, 'offset', { alpha: 0.7 }, ALONE),
  of(4, 9, 'ones', { alpha: 0.4 }, HEADS),
  of(1, 31, 'one-hot', { alpha: 0.1 }, HEADS),
  of(7, 2, 'small-variance', { alpha: 0.8 }, TAUGHT),
  of(65, 33, 'normal', { alpha: 1 }, HEADS),
  of(8, 1000, 'normal', { alpha: 0.5, smoothing: 0.1 }, HEADS),
];
