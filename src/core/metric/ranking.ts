import type { Tensors } from '../engine/engine.ts';
import { reference } from '../interpret/reference.ts';
import { joint } from '../model/deit/classifier.ts';
import type { Tensor } from '../tensor/tensor.ts';

/** What one classifier thinks: the k likeliest classes with their probabilities, likeliest first. */
export interface Ranking {
  readonly classifier: string;
  readonly top: readonly { readonly class: number; readonly probability: number }[];
}

const ranked = (classifier: string, probabilities: Tensor, k: number): Ranking => ({
  classifier,
  top: Array.from(probabilities.data, (probability, index) => ({ class: index, probability }))
    .sort((a, b) => b.probability - a.probability || a.class - b.class)
    .slice(0, k),
});

/** The classifiers of a model side by side; the joint one both ways, as released and as the paper writes it. Logits `(1, C)`. */
export const rankings = (out: Tensors, k: number): readonly Ranking[] => {
  const cls = out.logits_cls;
  const dist = out.logits_dist;
  const soft = reference.softmax;
  if (dist === undefined) return [ranked('class', soft(cls), k)];
  return [
    ranked('class', soft(cls), k),
    ranked('distillation', soft(dist), k),
    ranked('joint (logit mean)', soft(joint(reference)('logit-mean', { cls, dist })), k),
    ranked('joint (softmax sum)', reference.scale(0.5, joint(reference)('softmax-sum', { cls, dist })), k),
  ];
};
