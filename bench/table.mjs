import { median as middle, ratio, summary } from './statistics.mjs';

const digits = (x) => (x >= 100 ? x.toFixed(0) : x >= 10 ? x.toFixed(1) : x.toFixed(2));
const times = (x) => `${x.toFixed(2)}×`;

/** The entry of a named peer to compare another with: with as many threads, else the nearest it has. */
const opposite = (results, name, threads) => {
  const of = results.filter(({ contender, rounds }) => contender.name === name && rounds !== undefined);
  return of.sort((a, b) => Math.abs(a.contender.threads - threads) - Math.abs(b.contender.threads - threads))[0];
};

/**
 * The figures of a session, ready to print or to store.
 *
 * @param {{ title: string, unit: string, perRun: number, flops?: number, images?: number }} work
 * @param {object[]} results of `session`
 * @param {readonly string[]} against peers that every row is compared with
 */
export const figures = (work, results, against) => ({
  title: work.title,
  unit: work.unit,
  rows: results.map(({ contender, describe, skipped, refused, verdict, rounds, cpu, flops, memory }) => {
    const about = { id: contender.id, peer: contender.name, threads: contender.threads, dtype: contender.dtype, describe };
    if (rounds === undefined) return { ...about, skipped, refused };
    const all = summary(rounds.flat());
    const per = (x) => x / work.perRun;
    const operations = flops ?? work.flops;
    return {
      ...about,
      ...{ bound: contender.bound === true, error: verdict.error, allowed: verdict.allowed, exact: contender.exact === true, memory },
      ...{
        time: per(all.median),
        quartiles: all.quartiles.map(per),
        range: all.range.map(per),
        runs: all.runs,
        cpu: per(middle(cpu)),
        rounds,
      },
      ...(operations === undefined ? {} : { gflops: operations / all.median / 1e6 }),
      ...(work.images === undefined ? {} : { imagesPerSecond: (work.images * 1000) / all.median }),
      ratios: against.flatMap((name) => {
        const other = opposite(results, name, contender.threads);
        if (other === undefined || other.contender.id === contender.id || other.contender.dtype !== contender.dtype) return [];
        if (other.contender.bound && other.contender.threads !== contender.threads) return [];
        const { median, range } = ratio(rounds, other.rounds);
        // A bound does other work than the rest: rates are compared, not times.
        const rate = operations === undefined ? 1 : operations / (other.flops ?? work.flops);
        return [{ to: other.contender.id, median: median * rate, range: range.map((x) => x * rate) }];
      }),
    };
  }),
});

const agreement = ({ bound, exact, error, allowed }) =>
  bound ? 'a bound' : exact ? 'same bits' : `${error.toExponential(1)} ≤ ${allowed.toExponential(1)}`;

/** One session as a Markdown table. */
export const markdownOf = ({ title, unit, rows }) => {
  const timed = rows.filter((row) => row.rounds !== undefined);
  const targets = [...new Set(timed.flatMap(({ ratios }) => ratios.map(({ to }) => to.replace(/@.*/, ''))))];
  const rates = timed.some(({ gflops }) => gflops !== undefined);
  const images = timed.some(({ imagesPerSecond }) => imagesPerSecond !== undefined);
  const head = [
    'peer',
    'threads',
    unit,
    'best',
    'quartiles',
    'runs',
    'CPU ms',
    ...(rates ? ['GFLOP/s'] : []),
    ...(images ? ['images/s'] : []),
    'error',
    ...targets.map((name) => `× ${name}`),
  ];
  const lines = timed.map((row) => [
    row.peer,
    row.threads,
    digits(row.time),
    digits(row.range[0]),
    row.quartiles.map(digits).join('–'),
    row.runs,
    digits(row.cpu),
    ...(rates ? [digits(row.gflops)] : []),
    ...(images ? [digits(row.imagesPerSecond)] : []),
    agreement(row),
    ...targets.map((name) => {
      const found = row.ratios.find(({ to }) => to.startsWith(`${name}@`));
      return found === undefined
        ? ''
        : `${times(found.median)} (${found.range.map((x) => x.toFixed(2)).join('–')})${found.to.endsWith(`@${row.threads}`) ? '' : ` of ${found.to}`}`;
    }),
  ]);
  const out = rows.filter((row) => row.rounds === undefined);
  return [
    `### ${title}`,
    '',
    `| ${head.join(' | ')} |`,
    `|${head.map(() => '--').join('|')}|`,
    ...lines.map((line) => `| ${line.join(' | ')} |`),
    ...(out.length === 0
      ? []
      : ['', ...out.map(({ id, skipped, refused }) => `- ${id} ${refused === undefined ? `skipped: ${skipped}` : `refused: ${refused}`}`)]),
    ...['', 'Who they are:', '', ...timed.map(({ id, describe }) => `- ${id}: ${describe}`), ''],
  ].join('\n');
};

/** The page of a whole run. */
export const page = ({ machine, started, rounds }, sections) =>
  [
    `## ${machine.processor}, ${machine.cores} cores, ${machine.memory}, ${machine.platform}, Node ${machine.node}`,
    '',
    `${started}, load ${machine.load.toFixed(1)} at the start. ${rounds} rounds; in each every peer has one turn, and nobody is timed before its output agrees with the reference.`,
    'Columns × name: how many times as fast as that peer, as the median over rounds (least–most), with as many threads unless said.',
    '',
    ...sections,
  ].join('\n');
