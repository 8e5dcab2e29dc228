import type { CaseFamily } from '../case-spec.ts';
import { SAMPLE, type Template } from './template.ts';

type Attrs = Readonly<Record<string, unknown>>;
const sample = SAMPLE;

/** A small distilled model, with every size different from every other and an image that is not square. */
const SMALL = { dim: 18, depth: 2, heads: 3, patch: 4, image: [8, 20], classes: 7, distilled: true, eps: 1e-6 } as const;
/** One of heads of 64, as those of DeiT. */
const WIDE = { dim: 192, depth: 1, heads: 3, patch: 16, image: [32, 48], classes: 5, hidden: 65, distilled: true, eps: 1e-6 } as const;
/** One of as many tokens as DeiT has, of little else. */
const LONG = { dim: 12, depth: 1, heads: 2, patch: 16, image: [224, 224], classes: 10, hidden: 9, distilled: true, eps: 1e-6 } as const;

const model = (B: number, attrs: Attrs, family: CaseFamily, more: Partial<Template> = {}): Template => ({
  ...more,
  dims: { B },
  attrs,
  family,
});

export const FORWARD: readonly Template[] = [
  model(2, SMALL, 'normal'),
  model(2, { ...SMALL, distilled: false }, 'normal'),
  model(1, { ...SMALL, depth: 1, heads: 6, eps: 0.01 }, 'offset'),
  model(8, { ...SMALL, depth: 1, image: [8, 8], classes: 2 }, 'outliers'),
  model(1, WIDE, 'normal', { sample }),
  model(1, LONG, 'normal', { sample }),
  model(1, { ...LONG, dim: 6, image: [384, 384], distilled: false }, 'normal', { sample }),
  model(1, { ...WIDE, dim: 384, heads: 6, image: [16, 32], hidden: 31, classes: 1000 }, 'normal', { sample }),
];

const given: readonly string[] = ['labels', 'z_teacher'];
const trained = (B: number, attrs: Attrs, loss: Attrs, family: CaseFamily = 'normal', more: Partial<Template> = {}): Template =>
  model(B, { ...attrs, depth: 1, loss }, family, { given, ...more });

export const LOSS_GRADIENT: readonly Template[] = [
  trained(2, SMALL, { kind: 'hard', alpha: 0.3 }),
  trained(2, SMALL, { kind: 'soft', tau: 3, alpha: 0.3, variant: 'facebook' }),
  trained(3, { ...SMALL, distilled: false, heads: 2, eps: 0.01 }, { kind: 'none', smoothing: 0.1 }, 'outliers', { given: ['labels'] }),
  trained(2, { ...SMALL, image: [8, 8] }, { kind: 'soft', tau: 2, alpha: 0.6, variant: 'paper', head: 'eval' }, 'offset'),
  trained(1, { ...WIDE, hidden: 31 }, { kind: 'hard', alpha: 0.5, smoothing: 0.1 }, 'normal', { sample }),
  trained(1, { ...LONG, hidden: 5 }, { kind: 'soft', tau: 3, alpha: 0.1, variant: 'facebook' }, 'normal', { sample }),
];
