import type { Engine } from '../../core/engine/engine.ts';
import { mutantNamed } from '../../core/oracle/mistake/mistakes.ts';
import type { Element, Strange } from '../../core/oracle/verdict/compare.ts';
import type { StepVerdict } from '../../core/oracle/verdict/layerwise.ts';
import type { ForwardReport, OperationReport, Report, Verdict } from './records.ts';

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
  ];
  if (report.verdict === 'fail') return found.join(': ');
  return [
    ...(report.algorithms === undefined ? [] : [`by ${report.algorithms.join(', ')}`]),
    ...(report.judged < 1 ? [unjudgedShown(report)] : []),
    ...(report.type === 'operation' && report.unsteady !== undefined ? [`other bits when asked again in ${report.unsteady} cases`] : []),
  ].join('; ');
};

export const OPERATION_HEAD: readonly string[] = ['operation', 'cases', 'numbers', 'verdict', 'worst err/bound', 'where', 'note'];

/** One row of the table of operations. */
export const operationRow = (r: OperationReport): readonly string[] => [
  r.op,
  String(r.cases),
  counted(r.compared),
  shown(r.verdict),
  digits(r.worst?.ratio),
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
export const outerSteps = ({ steps }: ForwardReport): string =>
  steps
    .filter(({ name }) => !name.startsWith('blocks.'))
    .map((step) => `${step.name} ${stepShown(step)}`)
    .join(', ');

const element = ({ got, want, bound, ratio }: Element): string =>
  `got ${got}, want ${want}, error ${digits(Math.abs(got - want))}, bound ${digits(bound)}, ratio ${digits(ratio)}`;

/**
 * What a failure says: where, how far, what known mistake it is.
 *
 * @example
 * const planted = checkOperation({ engine: referenceEngine, cases: 4, seed: 1, plant: mutantNamed('tanh-gelu') }, 'gelu');
 * planted.then((report) => failureLines(report)[0]) // 'gelu: FAIL, matches tanh-gelu (GELU in its tanh form)'
 */
export const failureLines = (report: Report): readonly string[] => {
  if (report.verdict !== 'fail' && report.verdict !== 'error') return [];
  const name = report.type === 'operation' ? report.op : `forward pass on ${report.image}`;
  if (report.verdict === 'error') return [`${name}: ERROR ${report.problem}`];
  const step = report.type === 'forward' ? report.steps.find((each) => each.name === report.divergence)?.comparison : undefined;
  const { failed, compared, worst, problem, failure } = step ?? report;
  const kind = failure === undefined || failure === 'value' ? '' : ` (${failure})`;
  const at = report.divergence === undefined ? '' : `first divergence ${report.divergence}, `;
  const seen = worst === undefined ? '' : `, worst ${place(worst)}: ${element(worst)}`;
  const lines = [
    `${name}: FAIL${kind}, ${at}${explained(report.matches)}`,
    problem === undefined ? `  ${counted(failed)} of ${counted(compared)} numbers beyond their bound${seen}` : `  ${problem}`,
  ];
  return report.type === 'forward' || report.case === undefined ? lines : [...lines, `  case ${JSON.stringify(report.case)}`];
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
