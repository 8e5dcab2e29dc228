import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import type { Engine } from '../../core/engine/engine.ts';
import { type CheckOptions, checkOperations } from '../../oracle/check/check.ts';
import { checkForward } from '../../oracle/check/check-forward.ts';
import { selfCheck } from '../../oracle/check/self-check.ts';
import { type ForwardReport, judgedShare, overall, type Report, type Verdict } from '../../oracle/report/records.ts';
import { blockTable, boundLine, failureLines, OPERATION_HEAD, operationRow, outerSteps } from '../../oracle/report/text.ts';
import { CHECK_OPTIONS, type Wanted, wanted } from '../option/check-options.ts';
import { type Choice, engineChoices, usingEngine } from '../option/engine.ts';
import { type Command, EXIT, type Failure, failure } from '../shell/command.ts';
import { type Record, recorder } from '../shell/recorder.ts';
import { type Terminal, table } from '../shell/terminal.ts';
import { version } from '../shell/version.ts';

const print = (terminal: Terminal, lines: readonly string[]): void => {
  for (const line of lines) terminal.out(line);
};

/** A verdict, or a number beyond its bound, in its colour on a terminal. */
const coloured = (terminal: Terminal, text: string): string =>
  text === 'pass' ? terminal.style('green', text) : /^(FAIL|ERROR)$|!$/.test(text) ? terminal.style('red', text) : text;

/** A line that begins with what it is about, and a verdict: `gelu: FAIL, matches …`. */
const headed = (terminal: Terminal, line: string): string =>
  line.replace(/^(\S.*?: )?(pass|FAIL|ERROR)\b/, (_, subject: string = '', verdict: string) => subject + coloured(terminal, verdict));

const printForward = (terminal: Terminal, report: ForwardReport, seed: number): void =>
  print(terminal, [
    '',
    `forward pass of ${report.model} on ${report.image}, weights seeded with ${seed}, not trained`,
    `ran as ${report.engine} in ${report.engineSeconds.toFixed(1)} s; each layer is held against what the reference makes of the engine's own layer before it`,
    ...table(blockTable(report).map((row) => row.map((cell) => coloured(terminal, cell)))),
    `before and after the blocks: ${outerSteps(report)}`,
    `${report.compared.toLocaleString('en')} numbers in ${report.steps.length} steps; the logits are at most ${report.logitsApart.toPrecision(2)} from the reference's own pass, which is told and not judged`,
  ]);

/** Less than half judged is as good as nothing. */
const exitOf = (verdict: Verdict, compared: number, judged: number, strict: boolean): number => {
  if (compared === 0) return EXIT.unusable;
  if (verdict === 'fail') return EXIT.fail;
  if (!(judged >= 0.5)) return EXIT.unusable;
  return strict && verdict !== 'pass' ? EXIT.suspect : EXIT.pass;
};

/** What could not be judged, for the last line. */
const unjudged = (vague: number, unproved: number): string =>
  [
    ...(vague > 0 ? [`, ${vague.toLocaleString('en')} cannot be told from wrong ones`] : []),
    ...(unproved > 0 ? [`, ${unproved.toLocaleString('en')} have none`] : []),
  ].join('');

/** The last lines: failures, what was compared with what, the exit code. */
const conclude = (terminal: Terminal, record: Record, want: Wanted, reports: readonly Report[], again: string, seconds: number): number => {
  const verdict = overall(reports);
  const sum = (of: (report: Report) => number): number => reports.reduce((n, report) => n + of(report), 0);
  const [compared, vague, unproved] = [sum((report) => report.compared), sum((report) => report.vague), sum((report) => report.unproved)];
  const judged = judgedShare({ compared, vague, unproved, failed: 0 });
  const exit = exitOf(verdict, compared, judged, want.strict);
  const failed = reports.filter((report) => report.verdict === 'fail' || report.verdict === 'error').length;
  const failures = reports.flatMap((report) => failureLines(report, again));
  print(terminal, [
    ...(failures.length > 0 ? ['', ...failures.map((line) => headed(terminal, line))] : []),
    '',
    `${compared === 0 ? 'nothing could be judged' : coloured(terminal, verdict === 'fail' ? 'FAIL' : verdict)}: ${reports.length - failed} checks of ${reports.length} pass; ${compared.toLocaleString('en')} numbers compared, each with its own proved bound${unjudged(vague, unproved)}; ${seconds.toFixed(0)} s; exit ${exit}`,
    ...(want.secret ? [`drawn from --seed ${want.seed}, which nobody knew before`] : []),
  ]);
  record({ type: 'summary', verdict, seed: want.seed, compared, vague, unproved, judged, checks: reports.length, failed, seconds });
  return exit;
};

/** The options by which the same engine is named again, with the mistake that was planted in it. */
const planted = (again: string, plant: Wanted['plant']): string => (plant === undefined ? again : `${again} --plant ${plant.name}`);

/** Milliseconds to look for the smallest failing case of an operation. */
const SHRINK = 5000;

/** Where a part of the work lies in all of it, both from 0 to 1. */
type Share = (done: number) => number;

/** What the operations take of the time that an engine takes, the forward pass taking the rest. */
const OPERATIONS_SHARE = 0.6;

const judge =
  (
    terminal: Terminal,
    record: Record,
    want: Wanted,
    { dtype, again }: Choice,
    within: Share,
    engine: Engine,
  ): TE.TaskEither<Failure, number> =>
  async () => {
    const started = performance.now();
    const { ops, cases, seed, plant, model } = want;
    const progress = (label: string, done: number): void =>
      terminal.progress(label, within(done * (model === undefined ? 1 : OPERATIONS_SHARE)));
    const options: CheckOptions = {
      engine,
      ops,
      seed,
      progress,
      shrink: SHRINK,
      ...(cases === undefined ? {} : { cases }),
      ...(plant === undefined ? {} : { plant }),
    };
    print(terminal, [
      `deit-oracle ${version()}, engine ${engine.name} in ${dtype}: ${boundLine(engine)}`,
      ...(plant === undefined ? [] : [`planted: ${plant.name}, ${plant.says}`]),
    ]);
    const { elementary, ...numbers } = engine.arithmetic;
    const arithmetic = { ...numbers, elementary: elementary(-1) };
    record({
      type: 'run',
      schema: 1,
      version: version(),
      engine: engine.name,
      dtype,
      arithmetic,
      cases: cases ?? null,
      seed: want.secret ? 'random' : seed,
      ops,
      plant: plant?.name ?? null,
    });
    const reports: Report[] = [];
    const rows: (readonly string[])[] = [];
    for await (const report of checkOperations(options)) {
      reports.push(report);
      rows.push(operationRow(report).map((cell) => coloured(terminal, cell)));
      record(report);
    }
    print(terminal, table([OPERATION_HEAD, ...rows]));
    if (model !== undefined) {
      const follow = (label: string, done: number): void =>
        terminal.progress(label, within(OPERATIONS_SHARE + done * (1 - OPERATIONS_SHARE)));
      const report = await checkForward({ ...options, progress: follow }, model);
      reports.push(report);
      record({ ...report, steps: report.steps.map(({ name, comparison }) => ({ name, ...comparison })) });
      printForward(terminal, report, seed);
    }
    return E.right(conclude(terminal, record, want, reports, planted(again, plant), (performance.now() - started) / 1000));
  };

/** The oracle's check of itself, before it judges anyone. */
const soundOracle =
  (terminal: Terminal): TE.TaskEither<Failure, void> =>
  async () => {
    const faults = await selfCheck();
    for (const fault of faults) terminal.note(`self-check: ${fault}`);
    return faults.length === 0
      ? E.right(undefined)
      : E.left(failure('the oracle failed its own check, so it judges nothing; please report the lines above', EXIT.self));
  };

/** Of several exit codes the gravest: a failure, then nothing judged, then a suspicion. */
const gravest = (exits: readonly number[]): number =>
  [EXIT.fail, EXIT.unusable, EXIT.suspect].find((exit) => exits.includes(exit)) ?? EXIT.pass;

/** The last line of a report, also of one that nothing could be judged in. */
const end = (record: Record, exit: number): void => record({ type: 'end', exit });

export const check: Command = {
  name: 'check',
  summary: 'judge engines of ours against the reference, operation by operation and on a photograph',
  options: CHECK_OPTIONS,
  example: 'deit check --engine gpu --mode webasm --ops gelu,layernorm',
  run: (args, terminal) =>
    pipe(
      TE.Do,
      TE.bind('want', () => wanted(args)),
      TE.bind('choices', () => TE.fromEither(engineChoices(args))),
      TE.bind('recorder', ({ want }) => TE.fromEither(recorder(want.json))),
      TE.chain(({ want, choices, recorder: { record, finish } }) =>
        pipe(
          soundOracle(terminal),
          TE.chain(() =>
            TE.sequenceSeqArray(
              choices.map((choice, i) =>
                pipe(
                  usingEngine(choice.make, (engine) =>
                    judge(terminal, record, want, choice, (done) => (i + done) / choices.length, engine),
                  ),
                  // The others are judged all the same.
                  TE.orElse(({ message, exit }) => {
                    const { name, dtype } = choice;
                    terminal.note(`deit: engine ${name} in ${dtype} is not judged: ${message}`);
                    record({ type: 'unusable', engine: name, dtype, message });
                    return TE.of<Failure, number>(exit);
                  }),
                ),
              ),
            ),
          ),
          TE.map((exits) => {
            const exit = gravest(exits);
            if (exits.length > 1) terminal.out(`\n${exits.length} engines judged; exit ${exit}`);
            return exit;
          }),
          TE.tapError(({ exit }) => TE.fromIO(() => end(record, exit))),
          TE.tap((exit) => TE.fromIO(() => end(record, exit))),
          TE.chain((exit) => {
            const unwritten = finish();
            return unwritten === undefined ? TE.right(exit) : TE.left({ ...unwritten, exit: gravest([exit, unwritten.exit]) });
          }),
        ),
      ),
    ),
};
