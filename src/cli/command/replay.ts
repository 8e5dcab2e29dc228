import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import type { Engine } from '../../core/engine/engine.ts';
import type { CaseSpec } from '../../core/oracle/case/case-spec.ts';
import type { Mutant } from '../../core/oracle/mistake/mistake.ts';
import { inputLines, showCase } from '../../core/oracle/replay/show-case.ts';
import { type ReplayReport, replayCase } from '../../oracle/check/replay.ts';
import type { Verdict } from '../../oracle/report/records.ts';
import { boundLine, elementShown, failureLines, outerSteps } from '../../oracle/report/text.ts';
import { casesNamed } from '../option/case-file.ts';
import { chosenPlant } from '../option/check-options.ts';
import { ENGINE_OPTIONS, withEngine } from '../option/engine.ts';
import { type Arguments, type Command, EXIT, type Failure, failure } from '../shell/command.ts';
import { writable } from '../shell/output.ts';
import { type Record, recorder } from '../shell/recorder.ts';
import type { Terminal } from '../shell/terminal.ts';
import { version } from '../shell/version.ts';

/** What is said of one case: its numbers, how near they are, the steps on the way, and which mistake it looks like. */
const linesOf = (report: ReplayReport): readonly string[] => {
  const { case: spec, verdict, worst, compared, vague, unproved, steps, inputs } = report;
  const near = worst === undefined ? 'nothing could be judged' : elementShown(worst);
  const counted = (n: number, what: string): string => (n > 0 ? `, ${n.toLocaleString('en')} ${what}` : '');
  const counts = `${compared.toLocaleString('en')} compared${counted(vague, 'that cannot be told')}${counted(unproved, 'without a bound')}`;
  const inner = steps.filter(({ output }) => !output);
  return [
    ...(spec === undefined ? [] : [showCase(spec)]),
    ...(spec?.values === undefined ? inputLines(inputs).map((line) => `  ${line}`) : []),
    ...(verdict === 'fail' || verdict === 'error'
      ? failureLines(report).filter((line) => !line.startsWith('  case '))
      : [`  ${verdict}: ${near}; numbers: ${counts}`]),
    ...(inner.length === 0 ? [] : [`  steps, err/bound: ${outerSteps({ steps })}`]),
  ];
};

/** Nothing is known of such a case. */
const UNTOLD: readonly Verdict[] = ['none', 'cannot tell'];
/** What is not wrong, as far as it could be judged. */
const RIGHT: readonly Verdict[] = ['pass', 'acceptable', 'partly'];

const exitOf = (verdicts: readonly Verdict[]): number => {
  if (verdicts.some((verdict) => verdict === 'fail' || verdict === 'error')) return EXIT.fail;
  return verdicts.every((verdict) => UNTOLD.includes(verdict)) ? EXIT.unusable : EXIT.pass;
};

const replayed =
  (
    terminal: Terminal,
    record: Record,
    cases: readonly CaseSpec[],
    plant: Mutant | undefined,
    engine: Engine,
  ): TE.TaskEither<Failure, number> =>
  async () => {
    terminal.out(`deit-oracle ${version()}, engine ${engine.name}: ${boundLine(engine)}`);
    if (plant !== undefined) terminal.out(`planted: ${plant.name}, ${plant.says}`);
    const verdicts: Verdict[] = [];
    for (const [i, spec] of cases.entries()) {
      terminal.progress('replaying', i / cases.length);
      const report = await replayCase(engine, spec, plant);
      // A case that cannot be made is a fault of the request, not of the engine.
      if (report.cases === 0) return E.left(failure(`${cases.length === 1 ? 'CASE' : `case ${i + 1}`}: ${report.problem}`));
      for (const line of linesOf(report)) terminal.out(line);
      const { inputs: _inputs, steps: _steps, ...told } = report;
      record(told);
      verdicts.push(report.verdict);
    }
    const exit = exitOf(verdicts);
    const passed = verdicts.filter((verdict) => RIGHT.includes(verdict)).length;
    terminal.out(`${passed} of ${cases.length} cases pass; exit ${exit}`);
    return E.right(exit);
  };

/** The one operand, or why there is none. */
const operandOf = ({ rest }: Arguments): E.Either<Failure, string> => {
  const [operand, ...more] = rest;
  if (operand === undefined)
    return E.left(
      failure(`replay needs a case: JSON as a report has it, a file that holds some, FILE:N, or corpus; see 'deit replay --help'`),
    );
  return more.length === 0
    ? E.right(operand)
    : E.left(failure(`replay takes one case and runs it on an engine of ours; it cannot ask another program yet, got ${more.join(' ')}`));
};

export const replay: Command = {
  name: 'replay',
  summary: 'run a case again that a report tells of, and say what comes of it',
  operands: 'CASE',
  options: {
    ...ENGINE_OPTIONS,
    plant: { value: 'NAME', describe: 'plant a known mistake in the engine; a wrong name lists them' },
    json: { value: 'F', describe: 'a report for programs: JSON Lines that end with {"type":"end"}' },
  },
  example: `deit replay '{"op":"gelu","dims":{"N":1},"values":{"x":[-2.5]}}' --engine simd`,
  run: (args, terminal) =>
    pipe(
      TE.Do,
      TE.bind('operand', () => TE.fromEither(operandOf(args))),
      TE.bind('plant', () => TE.fromEither(chosenPlant(args.options.plant))),
      TE.tap(({ operand }) => TE.fromEither(writable('--json', [args.options.json], [operand], false))),
      TE.bind('cases', ({ operand }) => casesNamed(operand)),
      TE.bind('recorder', () => TE.fromEither(recorder(args.options.json))),
      TE.chain(({ plant, cases, recorder: { record, finish } }) =>
        pipe(
          withEngine(args, (engine) => replayed(terminal, record, cases, plant, engine)),
          TE.tapError(({ exit }) => TE.fromIO(() => record({ type: 'end', exit }))),
          TE.tap((exit) => TE.fromIO(() => record({ type: 'end', exit }))),
          TE.chain((exit) => {
            const unwritten = finish();
            return unwritten === undefined ? TE.right(exit) : TE.left({ ...unwritten, exit: exit === EXIT.pass ? unwritten.exit : exit });
          }),
        ),
      ),
    ),
};
