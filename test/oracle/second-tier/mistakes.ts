import type { Ops, Program } from '../../../src/core/language/ops.ts';
import { block } from '../../../src/core/model/deit/block.ts';
import type { DeitConfig } from '../../../src/core/model/deit/config.ts';
import { tokens } from '../../../src/core/model/deit/deit.ts';
import { paramsFrom } from '../../../src/core/model/deit/params.ts';
import { forwardProgram } from '../../../src/core/model/deit/program.ts';
import { linear } from '../../../src/core/model/linear.ts';
import { type Mutant, plant } from '../../../src/core/oracle/mistake/mistake.ts';
import { mutantNamed } from '../../../src/core/oracle/mistake/mistakes.ts';
import type { Shaped } from '../../../src/core/tensor/shape.ts';

/** A forward pass by somebody with a mistake. */
export const forwardWith = (mutant: Mutant, c: DeitConfig): Program =>
  plant(mutant)({ op: 'forward', attrs: { ...c }, given: {}, task: { program: forwardProgram(c), inputs: {} } }).program;

const planted = (c: DeitConfig, name: string): Program => {
  const mutant = mutantNamed(name);
  if (mutant === undefined) throw new Error(`there is no mutant ${name}`);
  return forwardWith(mutant, c);
};

/** A DeiT without its final norm, its heads read as they should be. */
const withoutNorm =
  (c: DeitConfig): Program =>
  <T extends Shaped>(o: Ops<T>, inputs: Readonly<Record<string, T>>) => {
    const p = paramsFrom(c, inputs);
    const deep = p.blocks.reduce((x, params) => block(o)(c, params, x), tokens(o)(p, inputs.image));
    const token = (i: number): T => o.reshape([deep.shape[0], c.dim], o.slice(1, i, i + 1, deep));
    const [cls, dist] = [linear(o)(p.head, token(0)), linear(o)(p.head_dist ?? p.head, token(1))];
    return { logits_cls: cls, logits_dist: dist, logits_eval: o.scale(0.5, o.add(cls, dist)) };
  };

/** What people do wrong in a whole model, as the program that they wrote. */
export const mistakes = (c: DeitConfig): Readonly<Record<string, Program>> => ({
  'class and distillation tokens exchanged': (o, inputs) =>
    forwardProgram(c)(o, { ...inputs, cls_token: inputs.dist_token, dist_token: inputs.cls_token }),
  'no final norm': withoutNorm(c),
  'LayerNorm with eps 1e-5': planted(c, 'layernorm-eps-1e-5'),
  'GELU in its tanh form': planted(c, 'tanh-gelu'),
  // The inputs of one block more are left unread.
  'the last block dropped': (o, inputs) => forwardProgram({ ...c, depth: c.depth - 1 })(o, inputs),
});
