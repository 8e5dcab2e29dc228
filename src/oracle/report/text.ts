import type { Engine } from '../../core/engine/engine.ts';
import { mutantNamed } from '../../core/oracle/mistake/mistakes.ts';
import { WAYS } from '../../core/oracle/mistake/ways.ts';
import { showCase } from '../../core/oracle/replay/show-case.ts';
import type { Element, Strange } from '../../core/oracle/verdict/compare.ts';
import type { StepVerdict } from '../../core/oracle/verdict/layerwise.ts';
import { LAMBDA } from '../../core/oracle/verdict/statistics.ts';
import type { ForwardReport, OperationReport, Report, Smallest, Verdict } from './records.ts';

/** A ratio or an error in few digits. */
export const digits = (x: number | undefined): string => {
  if (x === undefined) return '–';
  if (!Number.isFinite(x)) return Number.isNaN(x) ? 'NaN' : '∞';
  return x === 0 ? '0' : x >= 0.001 && x < 1000 ? x.toPrecision(x < 1 ? 2 : 3) : x.toExponential(1);
};
const counted = (n: number): string => n.toLocaleString('en');
const place = ({ output, index }: Pick<Element, 'output' | 'index'>): string =>
  index.length === 0 ? output : `${output}[${index.join(', ')}]`;

/** A verdict in the words of a report. */
const shown = (verdict: Verdict): string => (verdict === 'fail' || verdict === 'error' ? verdict.toUpperCase() : verdict);

/** A known mistake by its name, with what it is. */
const described = (name: string): string => {
  const says = mutantNamed(name)?.says;
  return says === undefined ? name : `${name} (${says})`;
};
/** Known mistakes by name, with what they are: alternatives, each of one mistake or of several that were made together. */
const explained = (matches: readonly string[]): string =>
  matches.length === 0
    ? 'matches no known mistake'
    : `matches ${matches.map((together) => together.split(' and ').map(described).join(' and ')).join(', or ')}`;

/** A way to compute that was not declared, and how it is. */
const undeclared = (name: string): string => {
  const way = WAYS.find((each) => each.name === name);
  return `looks like ${name}${way === undefined ? '' : ` (${way.says}); if it is meant, declare ${way.declare}`}`;
};

/** What is said of numbers that nothing could be proved of, and that are no numbers. */
const strangeShown = (strange: Strange | undefined): string =>
  strange === undefined ? '' : `, ${counted(strange.count)} of them not finite, the first ${place(strange)} = ${strange.got}`;

/** How much could not be judged, and why. */
const unjudgedShown = ({ judged, vague, unproved, strange }: Report): string =>
  [
    `${digits(100 * judged)} % judged`,
    ...(vague > 0 ? [`${counted(vague)} numbers cannot be told from wrong ones in this arithmetic`] : []),
    ...(unproved > 0 ? [`${counted(unproved)} numbers without a bound${strangeShown(strange)}`] : []),
  ].join(': ');

const note = (report: Report): string => {
  if (report.problem !== undefined) return report.problem;
  const found = [
    ...(report.divergence === undefined ? [] : [`at ${report.divergence}`]),
    ...(report.matches.length > 0 ? [`matches ${report.matches.join(', ')}`] : []),
    ...(report.looksLike === undefined ? [] : [`looks like ${report.looksLike}`]),
  ];
  if (report.verdict === 'fail') return found.join(': ');
  return [
    ...(report.algorithms === undefined ? [] : [`by ${report.algorithms.join(', ')}`]),
    ...(report.verdict === 'suspect' && report.type === 'operation'
      ? [`${counted(report.beyond ?? 0)} numbers beyond ${LAMBDA} σ of honest ones`]
      : []),
    ...(report.judged < 1 ? [unjudgedShown(report)] : []),
    ...(report.type === 'operation' && report.unsteady !== undefined ? [`other bits when asked again in ${report.unsteady} cases`] : []),
  ].join('; ');
};

export const OPERATION_HEAD: readonly string[] = ['operation', 'cases', 'numbers', 'verdict', 'worst err/bound', 'max z', 'where', 'note'];

/** One row of the table of operations. */
export const operationRow = (r: OperationReport): readonly string[] => [
  r.op,
  String(r.cases),
  counted(r.compared),
  shown(r.verdict),
  digits(r.worst?.ratio),
  digits(r.likely?.z),
  r.worst === undefined || r.worst.ratio === 0 ? '' : `${place(r.worst)}${r.case === undefined ? '' : ` ${r.case.family}`}`,
  note(r),
];

/** What is inside a block, in its order: the columns of the table of layers, those that were followed. */
const IN_BLOCK = ['norm1', 'qkv', 'attn_probs', 'attn_ctx', 'attn_out', 'resid1', 'norm2', 'mlp_fc1', 'mlp_act', 'mlp_out', 'out'] as const;
const stepShown = ({ comparison: { failed, worst } }: StepVerdict): string => `${digits(worst?.ratio)}${failed > 0 ? '!' : ''}`;

/** The table of layers: for each block, the worst error of each step in terms of its bound; `!` is beyond it. */
export const blockTable = ({ steps }: ForwardReport): readonly (readonly string[])[] => {
  const byName = new Map(steps.map((step) => [step.name, step]));
  const blocks = [...new Set(steps.flatMap(({ name }) => /^blocks\.\d+/.exec(name)?.slice(0, 1) ?? []))];
  const cell = (name: string): string => {
    const step = byName.get(name);
    return step === undefined ? '–' : stepShown(step);
  };
  const columns = IN_BLOCK.filter((name) => blocks.some((block) => byName.has(`${block}.${name}`)));
  return [['err/bound', ...columns], ...blocks.map((block) => [block, ...columns.map((name) => cell(`${block}.${name}`))])];
};

/** The steps before and after the blocks, in one line. */
export const outerSteps = ({ steps }: Pick<ForwardReport, 'steps'>): string =>
  steps
    .filter(({ name }) => !name.startsWith('blocks.'))
    .map((step) => `${step.name} ${stepShown(step)}`)
    .join(', ');

const element = ({ got, want, bound, ratio }: Element): string =>
  `got ${got}, want ${want}, error ${digits(Math.abs(got - want))}, bound ${digits(bound)}, ratio ${digits(ratio)}`;

/** Two numbers in as few digits, six at least, as show that they differ. */
const apart = (got: number, want: number): readonly [string, string] => {
  for (let most = 6; most < 17; most++) {
    const [a, b] = [got, want].map((x) => String(Number(x.toPrecision(most))));
    if (a !== b) return [a, b];
  }
  return [String(got), String(want)];
};

/** A number that was got, beside the one that was wanted: `y[0] got 0.841192, want 0.841345, 478 bounds`. */
export const elementShown = (worst: Element): string => {
  const [got, want] = apart(worst.got, worst.want);
  const bounds = worst.ratio >= 1000 && worst.ratio < 1e6 ? String(Math.round(worst.ratio)) : digits(worst.ratio);
  return `${place(worst)} got ${got}, want ${want}, ${bounds} bounds`;
};

/** The smallest case, and what comes of it. */
const smallestLine = ({ case: spec, worst, problem }: Smallest): string =>
  `  smallest: ${showCase(spec)}: ${problem ?? (worst === undefined ? '' : elementShown(worst))}`;

/**
 * What a failure says: where, how far, what known mistake it is, and the smallest case that shows it.
 *
 * @param options those of `deit replay` that say on what to run it again, as `--engine simd --dtype F32`; where they are not given it is not said how
 * @example
 * const planted = checkOperation({ engine: referenceEngine, cases: 4, seed: 1, plant: mutantNamed('tanh-gelu') }, 'gelu');
 * planted.then((report) => failureLines(report)[0]) // 'gelu: FAIL, matches tanh-gelu (GELU in its tanh form)'
 */
export const failureLines = (report: Report, options?: string): readonly string[] => {
  if (report.verdict !== 'fail' && report.verdict !== 'error') return [];
  const name = report.type === 'operation' ? report.op : `forward pass on ${report.image}`;
  const { case: spec, smallest } = report.type === 'operation' ? report : {};
  const again = smallest?.case ?? spec;
  const more = [
    ...(smallest === undefined ? [] : [smallestLine(smallest)]),
    ...(again === undefined
      ? []
      : [options === undefined ? `  case ${JSON.stringify(again)}` : `  replay: deit replay '${JSON.stringify(again)}' ${options}`]),
  ];
  if (report.verdict === 'error') return [`${name}: ERROR ${report.problem}`, ...more];
  const step = report.type === 'forward' ? report.steps.find((each) => each.name === report.divergence)?.comparison : undefined;
  const { failed, compared, worst, problem, failure } = step ?? report;
  const kind = failure === undefined || failure === 'value' ? '' : ` (${failure})`;
  const at = report.divergence === undefined ? '' : `first divergence ${report.divergence}, `;
  const seen = worst === undefined ? '' : `, worst ${place(worst)}: ${element(worst)}`;
  const lines = [
    `${name}: FAIL${kind}, ${at}${report.looksLike === undefined ? explained(report.matches) : undeclared(report.looksLike)}`,
    problem === undefined ? `  ${counted(failed)} of ${counted(compared)} numbers beyond their bound${seen}` : `  ${problem}`,
  ];
  return [...lines, ...more];
};

/** Which bound everything was held against. */
export const boundLine = ({ arithmetic: { u, elementary } }: Engine): string => {
  const format = u < 1e-12 ? 'float64' : u < 1e-6 ? 'float32' : 'a format';
  const c = elementary(-1);
  return `bounds proved for ${format}: unit roundoff u = 2^${Math.round(Math.log2(u))}, exp, erf and the like within ${digits(c)} u, any order of summation`;
};

const finite = (_key: string, value: unknown): unknown => (typeof value === 'number' && !Number.isFinite(value) ? String(value) : value);

/** One line of the machine-readable report; a complete one ends with `{"type":"end"}`. */
export const jsonLine = (record: Readonly<Record<string, unknown>>): string => `${JSON.stringify(record, finite)}\n`;
