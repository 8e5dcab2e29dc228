import type { OpName } from '../../language/signatures.ts';
import { last, type Shape } from '../../tensor/shape.ts';
import type { Tensor } from '../../tensor/tensor.ts';
import type { Instruction, RecordedProgram } from '../record.ts';
import { beforeReshape, gather, type Region, regionShape, spanned, wholeAxis } from './region.ts';

/** What an instruction needs of its arguments to give a region of its result. */
interface Need {
  /** What it then gives, at least what is asked. */
  readonly known: Region;
  /** Of each argument; `undefined` of one that is not needed at all. */
  readonly args: readonly (Region | undefined)[];
  /** Its attributes on those parts; `undefined` where its one argument's part is its result. */
  readonly attrs: readonly unknown[] | undefined;
}
type Rule = (asked: Region, step: Instruction, args: readonly Shape[]) => Need;

const rowsOf = (region: Region): Region => region.slice(0, -1);
const tailOf = (region: Region, shape: Shape): Region => region.slice(region.length - shape.length);
const everything = (shape: Shape): Region => shape.map(wholeAxis);
/** A region with other indices on one axis. */
const along = (region: Region, axis: number, indices: readonly number[]): Region => region.map((own, i) => (i === axis ? indices : own));

/** The same elements of every argument. */
const pointwise: Rule = (asked, { attrs }, args) => ({ known: asked, args: args.map(() => asked), attrs });
/** Whole rows, of which one number each is left. */
const ofRows: Rule = (asked, { attrs }, [a]) => ({ known: asked, args: [[...asked, wholeAxis(last(a))]], attrs });
/** Whole rows, which stay rows. */
const wholeRows: Rule = (asked, { attrs }, [a, ...more]) => {
  const rows = [...rowsOf(asked), wholeAxis(last(a))];
  return { known: rows, args: [rows, ...more.map(everything)], attrs };
};
const input: Rule = (asked, { attrs }) => ({ known: asked, args: [], attrs });

/** One rule an operation: a missing rule does not compile. */
const RULES: { readonly [K in OpName | 'input']: Rule } = {
  input,
  constant: (asked, { attrs: [shape, data, units] }) => {
    const part = (numbers: unknown): unknown =>
      numbers === undefined ? undefined : gather(asked, { shape: shape as Shape, data: numbers as Tensor['data'] }).data;
    return { known: asked, args: [], attrs: [regionShape(asked), part(data), part(units)] };
  },
  add: pointwise,
  mul: pointwise,
  div: pointwise,
  sub: pointwise,
  scale: pointwise,
  shift: pointwise,
  unary: pointwise,
  gelu: pointwise,
  tag: pointwise,
  matmul: (asked, { attrs }, [a]) => {
    const [lead, [m, n], k] = [asked.slice(0, -2), asked.slice(-2), wholeAxis(last(a))];
    return {
      known: asked,
      args: [
        [...lead, m, k],
        [...lead, k, n],
      ],
      attrs,
    };
  },
  permute: (asked, { attrs }) => {
    const perm = attrs[0] as readonly number[];
    return { known: asked, args: [perm.map((_, axis) => asked[perm.indexOf(axis)])], attrs };
  },
  reshape: (asked, { shape }, [a]) => {
    const { needed, known } = beforeReshape(a, shape, asked);
    return { known, args: [needed], attrs: [regionShape(known)] };
  },
  repeatLeading: (asked, _, [a]) => ({ known: asked, args: [tailOf(asked, a)], attrs: [regionShape(asked)] }),
  sumLeading: (asked, { shape }, [a]) => ({
    known: asked,
    args: [[...everything(a.slice(0, a.length - shape.length)), ...asked]],
    attrs: [regionShape(asked)],
  }),
  repeatLast: (asked) => ({ known: asked, args: [rowsOf(asked)], attrs: [(asked.at(-1) as readonly number[]).length] }),
  sumLast: ofRows,
  mean: ofRows,
  maxLast: ofRows,
  slice: (asked, { attrs }) => {
    const [axis, from] = attrs as readonly number[];
    return { known: asked, args: [along(asked, axis, asked[axis].map((i) => i + from))], attrs: undefined }; // biome-ignore format: one line
  },
  pad: (asked, { attrs }, [a]) => {
    const [axis, from] = attrs as readonly number[];
    const inside = asked[axis].filter((i) => i >= from && i < from + a[axis]);
    // At least one element of what is padded, since it may not be empty.
    const known = inside.length > 0 || a[axis] === 0 ? asked : spanned(asked, along(asked, axis, [from]));
    const kept = known[axis].filter((i) => i >= from && i < from + a[axis]).map((i) => i - from);
    return { known, args: [along(known, axis, kept)], attrs: [axis, known[axis].filter((i) => i < from).length, known[axis].length] };
  },
  concat: (asked, { attrs }, args) => {
    const axis = attrs[0] as number;
    let start = 0;
    const parts = args.map((shape) => {
      const from = start;
      start += shape[axis];
      const inside = asked[axis].filter((i) => i >= from && i < start);
      return inside.length === 0 ? undefined : along(asked, axis, inside.map((i) => i - from)); // biome-ignore format: one line
    });
    return { known: asked, args: parts, attrs: parts.filter((part) => part !== undefined).length === 1 ? undefined : attrs };
  },
  softmax: wholeRows,
  logSoftmax: wholeRows,
  layerNorm: wholeRows,
  linear: (asked, { attrs }, [x, , b]) => {
    const [n, k] = [asked.at(-1) as readonly number[], wholeAxis(last(x))];
    return { known: asked, args: [[...rowsOf(asked), k], [n, k], ...(b === undefined ? [] : [[n]])], attrs };
  },
  attention: (asked, { attrs }, [q, k]) => {
    const [lead, [m, e]] = [asked.slice(0, -2), asked.slice(-2)];
    const [d, n] = [wholeAxis(last(q)), wholeAxis(k[k.length - 2])];
    return {
      known: asked,
      args: [
        [...lead, m, d],
        [...lead, n, d],
        [...lead, n, e],
      ],
      attrs,
    };
  },
};

/** A program that computes a part of another's outputs from parts of its inputs. */
export interface Demand {
  readonly program: RecordedProgram;
  /** What of each input it needs; those that are not needed are absent. */
  readonly inputs: Readonly<Record<string, Region>>;
}

/**
 * The part of a recorded computation that gives these regions of its outputs: nothing else is computed.
 * Law: `replay(demand(p, wanted).program)` on `gather`ed inputs gives the same bits as `gather` of what `replay(p)` gives.
 *
 * @example
 * import { record } from 'deit-oracle';
 * const whole = record((o, { x, w }) => ({ y: o.linear(x, w) }), { x: [100, 8], w: [50, 8] });
 * demand(whole, { y: [[0, 99], [7]] }).inputs.x.map((axis) => axis.length) // [2, 8]
 */
export const demand = ({ instructions, outputs }: RecordedProgram, wanted: Readonly<Record<string, Region>>): Demand => {
  const asked: (Region | undefined)[] = instructions.map(() => undefined);
  const ask = (at: number, region: Region): void => {
    const before = asked[at];
    asked[at] = before === undefined ? region : spanned(before, region);
  };
  for (const [name, region] of Object.entries(wanted)) ask(outputs[name], region);
  const needs = instructions.map((): Need | undefined => undefined);
  for (let at = instructions.length - 1; at >= 0; at--) {
    const region = asked[at];
    if (region === undefined) continue;
    const step = instructions[at];
    const need = RULES[step.op](region, step, step.args.map((i) => instructions[i].shape)); // biome-ignore format: one line
    needs[at] = need;
    for (const [i, part] of need.args.entries()) if (part !== undefined) ask(step.args[i], part);
  }

  const made: Instruction[] = [];
  const place: number[] = [];
  const push = (step: Instruction): number => made.push(step) - 1;
  /** What of step `at` is known, cut to a region. */
  const cut = (at: number, region: Region): number =>
    region.reduce(
      (from, indices, axis) => sliced(push, made[from].shape, from, axis, positions(needs[at]?.known[axis] ?? [], indices)),
      place[at],
    );
  const inputs: Record<string, Region> = {};
  for (const [at, step] of instructions.entries()) {
    const need = needs[at];
    if (need === undefined) continue;
    if (step.op === 'input') inputs[step.attrs[0] as string] = need.known;
    const args = need.args.flatMap((part, i) => (part === undefined ? [] : [cut(step.args[i], part)]));
    place[at] = need.attrs === undefined ? args[0] : push({ ...step, attrs: need.attrs, args, shape: regionShape(need.known) });
  }
  const ends = Object.entries(wanted).map(([name, region]) => [name, cut(outputs[name], region)] as const);
  const shapes = Object.fromEntries(Object.entries(inputs).map(([name, region]) => [name, regionShape(region)]));
  return { program: { inputs: shapes, instructions: made, outputs: Object.fromEntries(ends) }, inputs };
};

/** Where each index of an ascending list stands in a longer one. */
const positions = (known: readonly number[], indices: readonly number[]): readonly number[] => {
  if (known.length === indices.length) return wholeAxis(indices.length);
  const at = new Map(known.map((index, i) => [index, i]));
  return indices.map((index) => at.get(index) as number);
};

/** Some positions of an axis, by slices of neighbours side by side. */
const sliced = (push: (step: Instruction) => number, shape: Shape, from: number, axis: number, kept: readonly number[]): number => {
  if (kept.length === shape[axis]) return from;
  const starts = kept.filter((at, i) => i === 0 || at !== kept[i - 1] + 1);
  const part = (length: number): Shape => shape.map((own, i) => (i === axis ? length : own));
  const slices = starts.map((start, i) => {
    const length = (starts[i + 1] === undefined ? kept.length : kept.indexOf(starts[i + 1])) - kept.indexOf(start);
    return push({ op: 'slice', attrs: [axis, start, start + length], args: [from], where: '', shape: part(length) });
  });
  return slices.length === 1 ? slices[0] : push({ op: 'concat', attrs: [axis], args: slices, where: '', shape: part(kept.length) });
};
