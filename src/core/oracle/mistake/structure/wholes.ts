import * as E from 'fp-ts/lib/Either.js';
import type { Program } from '../../../language/ops.ts';
import { type DeitConfig, deitConfig } from '../../../model/deit/config.ts';
import { paramsFrom } from '../../../model/deit/params.ts';
import { lossOf } from '../../request/deit.ts';
import { blockParams } from '../../request/layers.ts';
import { operationNamed } from '../../request/operation-table.ts';
import type { AttributesOf, BaseName, OperationName } from '../../request/operation-types.ts';
import type { Task } from '../../request/task.ts';
import { baseOf, type Mutant, type Request, WITH } from '../mistake.ts';
import { BLOCK_FORMS, BLOCK_GRADIENT_FORMS, type BlockForm, blockBy } from './block.ts';
import { DEIT, MODEL_FORMS, type ModelForm, modelBy } from './model.ts';
import { PATCH_FORMS, type PatchForm } from './patch.ts';

/** The attributes of a request for this operation, those that were left out among them. */
export const attributesOf = <N extends BaseName>(_op: N, { op, attrs }: Request): AttributesOf<N & OperationName> | undefined => {
  const read = operationNamed(op)?.completed(attrs);
  return read !== undefined && E.isRight(read) ? (read.right as AttributesOf<N & OperationName>) : undefined;
};

/** The same request, another program. */
const by = (task: Task, program: Program): Task => ({ ...task, program });

/** A whole model, or a loss of it, in another form. */
const modelTask = (request: Request, form: Partial<ModelForm>): Task | undefined => {
  const { patches, sequence, block, blocks, finalNorm, reads, oneHead, evaluation } = { ...DEIT, ...form };
  const model = modelBy({ patches, sequence, block, blocks, finalNorm, reads, oneHead, evaluation });
  const { task } = request;
  if (baseOf(request) === 'loss_gradient') {
    const attrs = attributesOf('loss_gradient', request);
    if (attrs === undefined) return undefined;
    const { loss, ...sizes } = attrs;
    const c: DeitConfig = deitConfig(sizes);
    return by(task, (o, all) => ({ loss: lossOf(o, loss, model(o, c, paramsFrom(c, all), all.image), all, { evaluation }) }));
  }
  const sizes = attributesOf('forward', request);
  if (sizes === undefined) return undefined;
  const c: DeitConfig = deitConfig(sizes);
  return by(task, (o, all) => {
    const logits = model(o, c, paramsFrom(c, all), all.image);
    const eval_ = { logits_eval: evaluation(o, logits) };
    return logits.dist === undefined
      ? { logits_cls: logits.cls, ...eval_ }
      : { logits_cls: logits.cls, logits_dist: logits.dist, ...eval_ };
  });
};

/** A block in another form, alone and in a model. */
const blockTask = (request: Request, form: BlockForm): Task | undefined => {
  if (baseOf(request) !== 'block') return modelTask(request, { block: form });
  const a = attributesOf('block', request);
  return a && by(request.task, (o, inputs) => ({ y: blockBy(form)(o, a, blockParams(inputs), inputs.x) }));
};

const patchTask = (request: Request, form: PatchForm): Task | undefined =>
  baseOf(request) === 'patch_embed'
    ? by(request.task, (o, { img, w, b }) => ({ y: form(o, { weight: w, bias: b }, img) }))
    : modelTask(request, { patches: form });

/** Mistakes in how patches, a block or a model are put together. */
export const STRUCTURE_MISTAKES: readonly Mutant[] = [
  ...PATCH_FORMS.map(([name, says, form]): Mutant => ({ name, says, at: WITH.patch, task: (request) => patchTask(request, form) })),
  ...BLOCK_FORMS.map(([name, says, form]): Mutant => ({ name, says, at: WITH.block, task: (request) => blockTask(request, form) })),
  ...BLOCK_GRADIENT_FORMS.map(
    ([name, says, form]): Mutant => ({
      name,
      says,
      at: WITH.block,
      task: (request) => (request.task.gradient === undefined ? undefined : blockTask(request, form)),
    }),
  ),
  ...MODEL_FORMS.map(([name, says, form]): Mutant => ({ name, says, at: WITH.model, task: (request) => modelTask(request, form) })),
];
