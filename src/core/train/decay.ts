import { mapRecord } from '../params/map-record.ts';
import { type DecayGroups, type ParamSpec, weightsOf } from '../params/spec.ts';
import { ShapeError } from '../tensor/tensor.ts';
import { choiceProblem } from '../text/show-value.ts';

/**
 * Whether weight decay applies to each weight of a model, by name. Of a buffer nothing is said: no optimizer changes it.
 *
 * @throws ShapeError when the groups are those of nobody.
 * @example
 * const parameters = namedParams(specification(ZOO.deit_tiny_distilled_patch16_224));
 * decays('facebook', parameters)['blocks.0.attn.qkv.bias'] // false
 * decays('facebook', parameters).dist_token // true
 * decays('timm', parameters).dist_token // false
 */
export const decays = (groups: DecayGroups, parameters: Readonly<Record<string, ParamSpec>>): Readonly<Record<string, boolean>> => {
  const problem = choiceProblem('groups', ['facebook', 'timm'], groups);
  if (problem !== undefined) throw new ShapeError('decays', problem);
  return mapRecord(({ decay }) => decay === 'always' || decay === groups, weightsOf(parameters));
};
