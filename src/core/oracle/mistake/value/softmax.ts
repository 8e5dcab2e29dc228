import type { Ops } from '../../../language/ops.ts';
import { last, type Shaped } from '../../../tensor/shape.ts';
import type { BaseName } from '../../request/operation-types.ts';
import { inLanguage, type Mutant, WITH } from '../mistake.ts';
import { exchanged } from '../shaping.ts';
import { withWeights } from './attention.ts';

const LOSSES: readonly BaseName[] = ['cross_entropy', 'kl', 'soft_distill', 'hard_distill'];
const SOFTMAX: readonly BaseName[] = ['softmax', ...WITH.attention];
const EVERYWHERE: readonly BaseName[] = [...SOFTMAX, 'log_softmax', ...LOSSES];

type Rows = <T extends Shaped>(o: Ops<T>, x: T) => T;
const softmax = (name: string, says: string, at: Mutant['at'], soft: Rows, logSoft: Rows = (o, x) => o.logSoftmax(x)): Mutant =>
  inLanguage(name, says, at, (o) => ({
    softmax: (x) => soft(o, x),
    logSoftmax: (x) => logSoft(o, x),
    attention: (scale, q, k, v) => withWeights((p, c, s) => soft(p, p.scale(c, s)))(o, scale, q, k, v),
  }));

const across = <T extends Shaped>(o: Ops<T>, x: T, row: T): T => o.repeatLast(last(x.shape), row);
/** The same over the axis before the last, where there is one. */
const overRows =
  (rows: Rows): Rows =>
  (o, x) =>
    x.shape.length < 2 ? rows(o, x) : exchanged(o, 1, 2, rows(o, exchanged(o, 1, 2, x)));

/** What people compute in place of softmax and its logarithm, alone, in attention and in losses. */
export const SOFTMAX_MISTAKES: readonly Mutant[] = [
  softmax(
    'softmax-over-queries',
    'softmax over the axis before the last: in attention, over the queries',
    [...SOFTMAX, 'log_softmax'],
    overRows((o, x) => o.softmax(x)),
    // In the losses of a model logits are taken as they should be: their rows are images, not queries.
    (o, x) => (x.shape.length === 2 ? o.logSoftmax(x) : overRows((p, t) => p.logSoftmax(t))(o, x)),
  ),
  softmax(
    'softmax-maximum-not-subtracted',
    'softmax without its maximum subtracted, which overflows',
    EVERYWHERE,
    (o, x) => {
      const e = o.unary('exp', x);
      return o.div(e, across(o, x, o.sumLast(e)));
    },
    (o, x) => o.sub(x, across(o, x, o.unary('log', o.sumLast(o.unary('exp', x))))),
  ),
  softmax(
    'softmax-base-2',
    'softmax of powers of 2, its exponents not multiplied by log₂ e',
    EVERYWHERE,
    (o, x) => o.softmax(o.scale(Math.LN2, x)),
    (o, x) => o.logSoftmax(o.scale(Math.LN2, x)),
  ),
];
