import type { Arithmetic } from '../../engine/arithmetic.ts';
import type { Tensors } from '../../engine/engine.ts';
import { type Shape, size, strides } from '../../tensor/shape.ts';
import { type Comparison, type Element, judgeOutputs } from '../verdict/compare.ts';
import type { StepVerdict } from '../verdict/layerwise.ts';
import type { Request } from './mistake.ts';
import { MUTANTS } from './mistakes.ts';
import { type Account, accountOf, comparable, type Suspect, suspectOf, suspectsByAttribute } from './suspect.ts';

/** A request that an implementation got wrong. */
export interface Failing extends Request {
  /** What it gave: outputs, and activations where it shows them. */
  readonly got: Tensors;
  /** Each of those against its bound, as `layerwise` has them. */
  readonly steps: readonly StepVerdict[];
  /** The first activation that is wrong, where it shows activations. */
  readonly step?: string;
}

/** Somewhere a request is answered wrongly, and of which kind that is: the same activation in every block is one kind. */
interface Place {
  readonly name: string;
  readonly kind: string;
  readonly worst: Element;
}
interface Examined {
  readonly failing: Failing;
  readonly wrong: readonly Place[];
  /** Where it is right: a mistake must not show there. */
  readonly right: readonly string[];
}

/** Numbers beyond which only what comes before the last wrong place is looked at: the rest of a large model would cost as much as judging it. */
const MANY = 1_000_000;
/** An error of so many bounds is no matter of rounding: whoever explains it is nearer to it than halfway. */
const STRONG = 4;

const kindOf = (name: string): string => name.replace(/(^|\.)blocks\.\d+\./, '$1');
/** The number that is most wrong, where it is a number that is wrong and no shape. */
const wrongIn = ({ failure, worst }: Comparison): Element | undefined => (failure === 'value' || failure === 'nan' ? worst : undefined);

const examined = (failing: Failing): Examined => {
  const wrong = new Map<string, Place>();
  for (const { name, comparison } of failing.steps) {
    const [worst, kind] = [wrongIn(comparison), kindOf(name)];
    if (worst !== undefined && !wrong.has(kind)) wrong.set(kind, { name, kind, worst });
  }
  const places = [...wrong.values()];
  const large = failing.steps.reduce((n, { comparison }) => n + comparison.compared, 0) > MANY;
  const last = failing.steps.findLastIndex(({ name }) => places.some((place) => place.name === name));
  const seen = large ? failing.steps.slice(0, last) : failing.steps;
  return { failing, wrong: places, right: seen.filter(({ comparison: c }) => c.failed === 0 && c.compared > 0).map(({ name }) => name) };
};

const offset = (shape: Shape, index: Shape): number => strides(shape).reduce((at, step, axis) => at + step * index[axis], 0);

/** Whether an account is nearer to what was given than to what is right, at the number that is most wrong. */
const nearer = (account: Account, { name, worst }: Place, { got }: Failing): boolean => {
  const finite = Number.isFinite(worst.got);
  const value = finite ? account.value(name) : account.overflowed(name);
  if (!comparable(value, got[name])) return false;
  const x = value.data[offset(value.shape, worst.index)];
  return finite ? Math.abs(x - worst.got) < Math.abs(worst.got - worst.want) / 2 : !Number.isFinite(x);
};

/**
 * How well an account agrees with a whole tensor: not, when some number disagrees with it beyond its own bound; vaguely, when that bound is as large as
 * what it has to explain; well, when it is small beside it. Where the tensor has no finite number the account must have none that is sure to be one.
 */
type Fit = 'no' | 'vague' | 'well';
const fitOf = (account: Account, { name, worst }: Place, { got }: Failing): Fit => {
  const want = account.bound(name);
  if (want === undefined || judgeOutputs(got, { [name]: want }).failed > 0) return 'no';
  const at = offset(want.value.shape, worst.index);
  if (Number.isFinite(worst.got)) return want.error.data[at] < Math.abs(worst.got - worst.want) / 2 ? 'well' : 'vague';
  const overflowed = account.overflowed(name);
  if (!comparable(overflowed, got[name])) return 'no';
  const { data } = got[name];
  for (let i = 0; i < data.length; i++) if (!Number.isFinite(data[i]) && Number.isFinite(overflowed.data[i])) return 'no';
  return 'well';
};

const agrees = (account: Account, name: string, { got }: Failing): boolean => {
  const want = account.bound(name);
  return want !== undefined && judgeOutputs(got, { [name]: want }).failed === 0;
};

/** The kinds of wrong places that a suspect explains wherever they are, at least one of them well; none where they contradict what is right. */
const explainedBy = (suspect: Suspect, arithmetic: Arithmetic, cases: readonly Examined[], kinds: readonly string[]): readonly string[] => {
  const open = new Set(kinds);
  const accounts: { readonly account: Account; readonly one: Examined }[] = [];
  let near = false;
  for (const one of cases) {
    const account = accountOf(suspect, arithmetic, one.failing, one.failing.got);
    for (const place of one.wrong) {
      if (!open.has(place.kind)) continue;
      const close = account !== undefined && nearer(account, place, one.failing);
      near ||= close;
      if (!close && (account === undefined || place.worst.ratio >= STRONG)) open.delete(place.kind);
    }
    if (open.size === 0) return [];
    if (account !== undefined) accounts.push({ account, one });
  }
  if (!near) return [];
  let well = false;
  for (const { account, one } of accounts)
    for (const place of one.wrong) {
      if (!open.has(place.kind)) continue;
      const found = fitOf(account, place, one.failing);
      if (found === 'no') open.delete(place.kind);
      well ||= found === 'well';
    }
  const contradicts =
    open.size === 0 || !well || accounts.some(({ account, one }) => one.right.some((name) => !agrees(account, name, one.failing)));
  return contradicts ? [] : [...open];
};

interface Explanation {
  readonly name: string;
  readonly kinds: readonly string[];
}

/** Who explains everything alone; if nobody, pairs that do together, each of which explains something that the other does not. */
const covering = (found: readonly Explanation[], kinds: readonly string[]): readonly string[] => {
  const covers = (...some: readonly Explanation[]): boolean => kinds.every((kind) => some.some((each) => each.kinds.includes(kind)));
  const alone = found.filter((one) => covers(one)).map(({ name }) => name);
  if (alone.length > 0) return alone;
  return found.flatMap((a, i) => found.slice(i + 1).flatMap((b) => (covers(a, b) ? [`${a.name} and ${b.name}`] : [])));
};

/**
 * The known mistakes that agree with all of these failures and contradict nothing that is right, each by its name; two of which each explains some of the
 * places that are wrong, as `a and b`.
 *
 * @example
 * const given = { x: tensor([1], [-1]) };
 * const got = { y: tensor([1], [-0.15880800939172324]) };
 * const failing = (task) => ({ op: 'gelu', attrs: {}, given, task, got, steps: layerwise(FLOAT32, programOf(task), task.inputs, got) });
 * E.map((task) => diagnose(FLOAT32, [failing(task)]))(taskOf('gelu', {}, given)) // right(['tanh-gelu'])
 */
export const diagnose = (arithmetic: Arithmetic, failures: readonly Failing[]): readonly string[] => {
  const cost = ({ task }: Failing): number => Object.values(task.inputs).reduce((sum, { shape }) => sum + size(shape), 0);
  const cases = [...failures].sort((a, b) => cost(a) - cost(b)).map(examined).filter(({ wrong }) => wrong.length > 0); // biome-ignore format: one line
  const kinds = [...new Set(cases.flatMap(({ wrong }) => wrong.map(({ kind }) => kind)))];
  if (kinds.length === 0) return [];
  const explanations = (suspects: readonly Suspect[]): readonly Explanation[] =>
    suspects.flatMap((suspect) => {
      const explained = explainedBy(suspect, arithmetic, cases, kinds);
      return explained.length === 0 ? [] : [{ name: suspect.name, kinds: explained }];
    });
  const op = cases[0].failing.op.replace(/\.vjp$/, '');
  const planted = explanations(MUTANTS.filter(({ at }) => at.some((name) => name === op)).map(suspectOf));
  const known = covering(planted, kinds);
  // An attribute's other value, only where no mistake is that: it may be the same under another name.
  return known.length > 0 ? known : covering([...planted, ...explanations(suspectsByAttribute(failures))], kinds);
};
