import type { Ops } from '../../../language/ops.ts';
import { attention } from '../../../model/deit/attention.ts';
import { mlp } from '../../../model/deit/mlp.ts';
import type { Affine, BlockParams } from '../../../model/deit/params.ts';
import type { Shaped } from '../../../tensor/shape.ts';
import { stopped } from '../shaping.ts';

/** What one half of a block is made of. */
export interface Half<T> {
  /** Its input, and that of the block. */
  readonly x: T;
  readonly start: T;
  readonly norm: (t: T) => T;
  readonly branch: (t: T) => T;
}
/** How the halves of a block are put together. */
export type BlockForm = <T extends Shaped>(o: Ops<T>, half: 'attention' | 'mlp', parts: Half<T>) => T;

/** As it should be: `x + branch(norm x)`. */
export const PRE_NORM: BlockForm = (o, _, { x, norm, branch }) => o.add(x, branch(norm(x)));

/** A block whose halves are put together in this form. In that of `PRE_NORM` it is `block`, bit for bit. */
export const blockBy =
  (form: BlockForm) =>
  <T extends Shaped>(o: Ops<T>, { heads, eps }: { readonly heads: number; readonly eps: number }, p: BlockParams<T>, x: T): T => {
    const norm = (name: 'norm1' | 'norm2', a: Affine<T>) => (t: T) => o.tag(name, o.layerNorm(eps, t, a.weight, a.bias));
    const attend = (t: T): T => attention(o)(heads, p.attn, t);
    const h = o.tag('resid1', form(o, 'attention', { x, start: x, norm: norm('norm1', p.norm1), branch: attend }));
    return o.tag('out', form(o, 'mlp', { x: h, start: x, norm: norm('norm2', p.norm2), branch: (t) => mlp(o)(p.mlp, t) }));
  };

/** A form that differs in one half. */
const inHalf =
  (wrong: 'attention' | 'mlp', form: BlockForm): BlockForm =>
  (o, half, parts) =>
    (half === wrong ? form : PRE_NORM)(o, half, parts);

const noResidual: BlockForm = (_, __, { x, norm, branch }) => branch(norm(x));
const noNorm: BlockForm = (o, _, { x, branch }) => o.add(x, branch(x));
const residualFromNorm: BlockForm = (o, _, { x, norm, branch }) => {
  const n = norm(x);
  return o.add(n, branch(n));
};

/** How people put a block together in place of `x + branch(norm x)`, by name. */
export const BLOCK_FORMS: readonly (readonly [name: string, says: string, form: BlockForm])[] = [
  ['post-norm', 'norms behind the sum: norm(x + branch(x))', (o, _, { x, norm, branch }) => norm(o.add(x, branch(x)))],
  ['residual-missing', 'both halves of a block without their residual', noResidual],
  ['attention-residual-missing', 'attention without its residual', inHalf('attention', noResidual)],
  ['mlp-residual-missing', 'the MLP without its residual', inHalf('mlp', noResidual)],
  ['residual-from-norm', 'the residual taken behind the norm: norm x + branch(norm x)', residualFromNorm],
  ['mlp-residual-from-block-input', "the MLP's residual taken from the input of the block", inHalf('mlp', (o, _, { x, start, norm, branch }) => o.add(start, branch(norm(x))))],
  ['mlp-beside-attention', 'the MLP beside attention, on the input of the block', inHalf('mlp', (o, _, { x, start, norm, branch }) => o.add(x, branch(norm(start))))],
  ['norm1-missing', 'no norm before attention', inHalf('attention', noNorm)],
  ['norm2-missing', 'no norm before the MLP', inHalf('mlp', noNorm)],
]; // biome-ignore format: one form a line

/** The same of gradients: values are right. */
export const BLOCK_GRADIENT_FORMS: typeof BLOCK_FORMS = [
  ['residual-gradient-missing', 'no gradient through the residuals', (o, _, { x, norm, branch }) => o.add(stopped(o, x), branch(norm(x)))],
  ['branch-gradient-missing', 'no gradient through the norm and what follows it', (o, _, { x, norm, branch }) => o.add(x, branch(stopped(o, norm(x))))],
]; // biome-ignore format: one form a line
