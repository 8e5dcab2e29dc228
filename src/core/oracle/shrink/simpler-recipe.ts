import type { CaseFamily, CaseSpec } from '../case/case-spec.ts';
import type { Knob } from './search.ts';

/** Shorter lengths than `n`, the boldest first: the shortest, then half of it and ever less off, and what is as long as another axis. */
const shorter = (n: number, others: readonly number[]): readonly number[] => {
  const less: number[] = [1, 2, 3];
  for (let off = Math.ceil(n / 2); off >= 1; off = off === 1 ? 0 : Math.ceil(off / 2)) less.push(n - off);
  return [...new Set([...less.slice(0, 3), ...others, ...less.slice(3)])].filter((length) => length >= 1 && length < n);
};

type Attributes = CaseSpec['attrs'];
const isCount = (value: unknown): value is number => typeof value === 'number' && Number.isSafeInteger(value);
const isRecord = (value: unknown): value is Attributes => typeof value === 'object' && value !== null && !Array.isArray(value);

/** Every length of a spec, of axes and attributes. */
const lengthsOf = ({ dims, attrs }: CaseSpec): readonly number[] =>
  [...Object.values(dims), ...Object.values(attrs)].flat().filter(isCount);

/** A list with one of its numbers shorter. */
const shorterIn = (list: readonly number[], others: readonly number[]): readonly (readonly number[])[] =>
  list.flatMap((n, i) => shorter(n, others).map((length) => list.with(i, length)));

const withoutKey = <V>(record: Readonly<Record<string, V>>, name: string): Readonly<Record<string, V>> =>
  Object.fromEntries(Object.entries(record).filter(([key]) => key !== name));

/** Axes that are shorter, one at a time, after all at once; leading axes are left out where they can be. */
const shorterAxes: Knob = (spec) => {
  const { dims } = spec;
  const others = lengthsOf(spec);
  const entries = Object.entries(dims);
  const all = Object.fromEntries(entries.map(([letter, length]) => [letter, typeof length === 'number' ? 1 : []]));
  const one = entries.flatMap(([letter, length]): readonly CaseSpec['dims'][] => {
    if (typeof length === 'number') return shorter(length, others).map((less) => ({ ...dims, [letter]: less }));
    const lead = [...(length.length > 0 ? [[]] : []), ...length.map((_, i) => length.toSpliced(i, 1)), ...shorterIn(length, [])];
    return lead.map((less) => ({ ...dims, [letter]: less }));
  });
  return (JSON.stringify(all) === JSON.stringify(dims) ? one : [all, ...one]).map((less) => ({ ...spec, dims: less }));
};

/** What an attribute may be in place of `value`, simpler: left out, false, a smaller number. */
const simplerAttributes = (attrs: Attributes, others: readonly number[]): readonly Attributes[] =>
  Object.entries(attrs).flatMap(([name, value]): readonly Attributes[] => {
    const instead = (values: readonly unknown[]): readonly Attributes[] => values.map((simpler) => ({ ...attrs, [name]: simpler }));
    const left = withoutKey(attrs, name);
    if (isRecord(value)) return instead(simplerAttributes(value, []));
    if (Array.isArray(value)) return [left, ...instead(shorterIn(value, others))];
    if (isCount(value)) return [left, ...instead([...(value > 0 ? [0] : []), ...shorter(value, others)])];
    return typeof value === 'number' && name !== 'eps' ? [left, ...instead([0, 1])] : [left];
  });
const simplerAttrs: Knob = (spec) => simplerAttributes(spec.attrs, lengthsOf(spec)).map((attrs) => ({ ...spec, attrs }));

/** Fewer of the inputs that may be left out; one head's logits in place of two. */
const fewerInputs: Knob = (spec) => {
  const { given = [] } = spec;
  const single = given.includes('z_dist') ? [[...given.filter((name) => name !== 'z_cls' && name !== 'z_dist'), 'z']] : [];
  return [...single, ...given.map((_, i) => given.toSpliced(i, 1))].map((less) => ({ ...spec, given: less }));
};

/** Families that are simple, the simplest first. */
const SIMPLE: readonly CaseFamily[] = ['ones', 'one-hot', 'normal'];
const simplerFamily: Knob = (spec) => {
  const own = SIMPLE.indexOf(spec.family);
  return SIMPLE.slice(0, own < 0 ? SIMPLE.length : own).map((family) => ({ ...spec, family }));
};
/** Without the one number that is another, or NaN. */
const nothingSpecial: Knob = (spec) => {
  const { nudge, nan, ...plain } = spec;
  return nudge === undefined && nan === undefined ? [] : [plain];
};
const plainNumbers: Knob = (spec) => [
  ...(spec.scale === 1 ? [] : [{ ...spec, scale: 1 }]),
  ...(spec.offset === 0 ? [] : [{ ...spec, offset: 0 }]),
  ...[0, 1, 2, 3].filter((seed) => seed < spec.seed).map((seed) => ({ ...spec, seed })),
];

/** What can be simpler about how a case is drawn, in the order in which it is tried. Whether a proposal fits its operation is for others to find. */
export const RECIPE_KNOBS: readonly Knob[] = [nothingSpecial, shorterAxes, simplerAttrs, fewerInputs, simplerFamily, plainNumbers];
