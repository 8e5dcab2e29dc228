import type { Arithmetic } from '../../engine/arithmetic.ts';
import type { Tensors } from '../../engine/engine.ts';
import { demand } from '../../interpret/demand/demand.ts';
import { gather, joined, type Region, regionShape, spanned, wholeAxis } from '../../interpret/demand/region.ts';
import { type Instruction, type RecordedProgram, record, replay } from '../../interpret/record.ts';
import { reference } from '../../interpret/reference.ts';
import type { ProgramOn } from '../../language/program-types.ts';
import { mapRecord } from '../../params/map-record.ts';
import { hashTensor } from '../../random/hash.ts';
import { indexAt, type Shape, sameShape, size } from '../../tensor/shape.ts';
import { type Tensor, zeros } from '../../tensor/tensor.ts';
import { bounded, exact, stored } from '../bound/interpreter.ts';
import { both, type Comparison, judgeOutputs, NOTHING } from './compare.ts';
import type { StepVerdict } from './layerwise.ts';

/** Which numbers of large outputs are judged. */
export interface Sample {
  /** At most so many indices of each axis, the first and the last always among them. */
  readonly along: number;
  /** What the others are drawn from. */
  readonly seed: number;
}

/** The indices of an axis that are judged. */
const sampledAxis = (name: string, axis: number, length: number, { along, seed }: Sample): readonly number[] => {
  if (length <= along) return wholeAxis(length);
  const { data } = hashTensor(`sample/${name}/${axis}`, seed, [Math.max(0, along - 2)], 0.5, 0.5);
  return joined(
    [0, length - 1],
    Array.from(data, (share) => Math.floor(share * length)),
  );
};

/** Whether a tensor has the shape that it must have, and all its numbers. */
const fits = (got: Tensor | undefined, shape: Shape): got is Tensor =>
  got !== undefined && sameShape(got.shape, shape) && got.data.length === size(shape);

/** Where the first number stands that is none: it is judged too, whatever is drawn. */
const firstStrange = ({ shape, data }: Tensor): readonly Region[] => {
  for (let i = 0; i < data.length; i++) if (!Number.isFinite(data[i])) return [indexAt(shape, i).map((at) => [at])];
  return [];
};

/** What of a tensor is judged. */
const regionOf = (name: string, shape: Shape, got: Tensor, sample: Sample): Region =>
  firstStrange(got).reduce(spanned, shape.map((length, axis) => sampledAxis(name, axis, length, sample))); // biome-ignore format: one line

/** A comparison of a region, with places as in the whole tensor. */
const inWhole = (region: Region, comparison: Comparison): Comparison => {
  const placed = <P extends { readonly index: Shape }>(one: P): P => ({ ...one, index: one.index.map((at, axis) => region[axis][at]) });
  const { worst, strange } = comparison;
  return {
    ...comparison,
    ...(worst === undefined ? {} : { worst: placed(worst) }),
    ...(strange === undefined ? {} : { strange: placed(strange) }),
  };
};

/** What stands for an activation that is given, among the inputs. */
const tapInput = (name: string): string => `tap ${name}`;
const nameOf = ({ op, where, attrs }: Instruction): string | undefined => (op === 'tag' ? `${where}${attrs[0]}` : undefined);

/**
 * A program whose tags of these names are outputs too, and inputs for everything after them: each is judged by what was given before it, and errors do
 * not add up.
 */
const cutAtTags = ({ inputs, instructions, outputs }: RecordedProgram, shown: Tensors): RecordedProgram => {
  const tags = instructions.flatMap((step, at) => {
    const name = nameOf(step);
    return name !== undefined && Object.hasOwn(shown, name) ? [{ name, at, shape: step.shape }] : [];
  });
  const given = tags.filter(({ name, shape }) => fits(shown[name], shape) && firstStrange(shown[name]).length === 0);
  const instead = new Map(given.map(({ at }, i) => [at, i]));
  const moved = (at: number): number => instead.get(at) ?? at + given.length;
  const leaves = given.map(({ name, shape }): Instruction => ({ op: 'input', attrs: [tapInput(name)], args: [], where: '', shape }));
  return {
    inputs: { ...inputs, ...Object.fromEntries(given.map(({ name, shape }) => [tapInput(name), shape])) },
    instructions: [...leaves, ...instructions.map((step) => ({ ...step, args: step.args.map(moved) }))],
    outputs: { ...mapRecord(moved, outputs), ...Object.fromEntries(tags.map(({ name, at }) => [name, at + given.length])) },
  };
};

/**
 * As `layerwise`, where there is too much to judge: of every output, and of every activation that is given, only a sample of its numbers is computed and
 * held against its bound. Shapes are those of the whole, and of what is no number the first is in the sample. Probabilities inside of an attention are not
 * judged by themselves: it has a bound of its own as a whole.
 *
 * @example
 * const program = (o, { x }) => ({ y: o.scale(0.5, x) });
 * const x = tensor([100, 100], new Float64Array(10000).fill(1));
 * const steps = sampledSteps(FLOAT32, program, { x }, { y: x }, { along: 3, seed: 1 });
 * steps.map(({ name, comparison }) => [name, comparison.failed === comparison.compared]) // [['y', true]]
 */
export const sampledSteps = <S extends Tensors, R>(
  arithmetic: Arithmetic,
  program: ProgramOn<S, R>,
  inputs: S,
  got: Tensors,
  sample: Sample,
): readonly StepVerdict[] => {
  const recorded: RecordedProgram = record(
    program as never,
    mapRecord(({ shape }) => shape, inputs as Tensors),
  );
  const cut = cutAtTags(recorded, got);
  const tagged = new Set(recorded.instructions.map(nameOf));
  const shapeOf = (name: string): Shape => cut.instructions[cut.outputs[name]].shape;
  const order = Object.keys(cut.outputs).sort((a, b) => cut.outputs[a] - cut.outputs[b]);
  const judged = order.filter((name) => Object.hasOwn(got, name) && fits(got[name], shapeOf(name)));
  const regions = Object.fromEntries(judged.map((name) => [name, regionOf(name, shapeOf(name), got[name], sample)]));
  const part = demand(cut, regions);
  const given = (name: string, region: Region) => {
    const own = Object.hasOwn(inputs, name) ? inputs[name] : undefined;
    return own === undefined ? exact(gather(region, got[name.slice(tapInput('').length)])) : stored(arithmetic, gather(region, own));
  };
  const leaves = Object.fromEntries(Object.entries(part.inputs).map(([name, region]) => [name, given(name, region)]));
  const want = judged.length === 0 ? {} : replay(part.program)(bounded(arithmetic, reference), leaves);
  return order.map((name): StepVerdict => {
    const region = regions[name];
    const comparison =
      region === undefined
        ? // Missing or misshapen: nothing is computed to say so.
          judgeOutputs(got, { [name]: exact(zeros(shapeOf(name))) })
        : inWhole(
            region,
            judgeOutputs({ [name]: { shape: regionShape(region), data: gather(region, got[name]).data } }, { [name]: want[name] }),
          );
    return { name, comparison, output: !tagged.has(name) };
  });
};

/**
 * As `judgeProgram`, where there is too much to judge: a sample of the numbers, each exactly as there.
 *
 * @example
 * const half = (o, { x }) => ({ y: o.scale(0.5, x) });
 * const x = tensor([100], new Float64Array(100).fill(1));
 * judgeSampled(FLOAT32, half, { x }, { y: x }, { along: 3, seed: 1 }).failed // 3
 */
export const judgeSampled = <S extends Tensors, R>(
  arithmetic: Arithmetic,
  program: ProgramOn<S, R>,
  inputs: S,
  got: Tensors,
  sample: Sample,
): Comparison => sampledSteps(arithmetic, program, inputs, got, sample).reduce((sum, step) => both(sum, step.comparison), NOTHING);
