import { deitConfig, tokenCount, ZOO } from '../../dist/src/index.js';
import { startPeer } from '../peer-process.mjs';
import { unavailable } from '../peers.mjs';
import { exponent, median } from '../statistics.mjs';
import { forwardCost, writeForward } from './forward.mjs';

const tiny = ZOO.deit_tiny_distilled_patch16_224;
const point = (label, config, batch, x) => ({ label, config, batch, x });

/** Three ways to grow, each with what it is measured against. */
const GROWTH = {
  batch: [1, 2, 4, 8].map((n) => point(`Ti 224, batch ${n}`, tiny, n, n)),
  side: [224, 288, 384].map((side) => point(`Ti ${side}, batch 1`, deitConfig({ ...tiny, image: [side, side] }), 1, side)),
  width: ['tiny', 'small', 'base'].map((size) => {
    const config = ZOO[`deit_${size}_distilled_patch16_224`];
    return point(`${{ tiny: 'Ti', small: 'S', base: 'B' }[size]} 224, batch 1`, config, 1, config.dim);
  }),
};
const RUNS = 7;
const WARM_RUNS = 5;
const MIB = 2 ** 20;

/** Peak memory and time of one forward pass in a process of its own. */
const measure = async (contender, folder, runs) => {
  const peer = startPeer(contender);
  try {
    const { before, memory } = await peer.ask('load', { folder, options: { ...contender.options, threads: contender.threads } });
    if (runs > 1) await peer.ask('time', { runs: WARM_RUNS });
    const { times } = await peer.ask('time', { runs });
    const { peak } = await peer.ask('memory');
    return { growth: peak - before, time: median(times), plan: memory };
  } finally {
    await peer.quit();
  }
};

/** Peak memory and time over batch, resolution and width, with the exponents measured and predicted. */
export const memoryStudy = async (contenders, { quick, say }) => {
  const able = contenders.filter(({ id, name }) => {
    const missing = unavailable(name);
    if (missing !== undefined) say(`${id}: skipped, ${missing}`);
    return missing === undefined;
  });
  const studies = [];
  for (const [axis, points] of Object.entries(GROWTH)) {
    const chosen = quick ? [points[0], points[1]] : points;
    const rows = [];
    for (const { label, config, batch, x } of chosen) {
      const { folder } = writeForward(`memory-${label.replaceAll(/\W+/g, '-')}`, config, batch);
      const cost = forwardCost(config, batch);
      const results = {};
      for (const contender of able) {
        try {
          results[contender.id] = await measure(contender, folder, quick ? 1 : RUNS);
          const { growth, time } = results[contender.id];
          say(`${label}, ${contender.id}: ${(growth / MIB).toFixed(0)} MiB, ${time.toFixed(1)} ms`);
        } catch (reason) {
          say(`${label}, ${contender.id}: skipped, ${reason.message}`);
        }
      }
      rows.push({
        label,
        x,
        tokens: tokenCount(config),
        multiplyAdds: cost.multiplyAdds,
        traffic: cost.traffic,
        parameters: cost.parameters,
        results,
      });
    }
    studies.push({ axis, rows, exponents: exponents(rows, able) });
  }
  return { title: 'memory and growth', studies, contenders: able.map(({ id }) => id) };
};

const exponents = (rows, contenders) => {
  const xs = rows.map(({ x }) => x);
  const predicted = { multiplyAdds: exponent(xs, rows.map(({ multiplyAdds }) => multiplyAdds)), traffic: exponent(xs, rows.map(({ traffic }) => traffic)) }; // biome-ignore format: one line
  const measured = Object.fromEntries(
    contenders.flatMap(({ id }) => {
      if (!rows.every(({ results }) => results[id] !== undefined)) return [];
      const of = (f) =>
        exponent(
          xs,
          rows.map(({ results }) => f(results[id])),
        );
      const plan = rows.every(({ results }) => results[id].plan !== undefined) ? of(({ plan }) => plan.total) : undefined;
      return [[id, { time: of(({ time }) => time), growth: of(({ growth }) => growth), plan }]];
    }),
  );
  return { predicted, measured };
};

const mib = (bytes) => (bytes / MIB).toFixed(1);

/** The study as Markdown. */
export const memoryMarkdown = ({ studies, contenders }) => {
  const sections = studies.map(({ axis, rows, exponents: { predicted, measured } }) => {
    const head = ['model', 'GFLOP', 'weights MiB', ...contenders.flatMap((id) => [`${id} peak MiB`, 'ms'])];
    const lines = rows.map(({ label, multiplyAdds, parameters, results }) => [
      label,
      ((2 * multiplyAdds) / 1e9).toFixed(2),
      mib(parameters * 4),
      ...contenders.flatMap((id) => (results[id] === undefined ? ['–', '–'] : [mib(results[id].growth), results[id].time.toFixed(1)])),
    ]);
    const plans = rows.flatMap(({ label, results }) =>
      Object.entries(results).flatMap(([id, { plan }]) =>
        plan === undefined
          ? []
          : [
              `- ${label}, ${id}: the plan takes ${mib(plan.total)} MiB, ${(plan.total / (plan.resident + plan.live)).toFixed(2)} × (weights ${mib(plan.resident)} + largest live set ${mib(plan.live)})`,
            ],
      ),
    );
    return [
      `### Growth with ${axis}`,
      '',
      `| ${head.join(' | ')} |`,
      `|${head.map(() => '--').join('|')}|`,
      ...lines.map((line) => `| ${line.join(' | ')} |`),
      '',
      `Exponent of ${axis}, predicted by the cost interpreter: multiply-adds ${predicted.multiplyAdds.toFixed(2)}, numbers read and written ${predicted.traffic.toFixed(2)}.`,
      ...Object.entries(measured).map(
        ([id, { time, growth, plan }]) =>
          `Measured, ${id}: time ${time.toFixed(2)}, peak ${growth.toFixed(2)}${plan === undefined ? '' : `, plan ${plan.toFixed(2)}`}.`,
      ),
      '',
      ...plans,
    ].join('\n');
  });
  return [
    'Peak: what the process grew by at most, from before the weights were read until after the runs (VmHWM).',
    '',
    ...sections,
    '',
  ].join('\n');
};
