import { startPeer } from '../peer-process.mjs';
import { unavailable } from '../peers.mjs';
import { forwardCase } from './forward.mjs';
import { trainCase } from './train.mjs';

const MODEL = 'deit_tiny_distilled_patch16_224';
const WORKS = [() => forwardCase(MODEL, 1), () => trainCase()];
const SHOWN = 14;

const profiled = async (contender, folder) => {
  const { executable, args } = contender.command();
  const command = () => ({ executable, args: [args[0], './profile.mjs'] });
  const peer = startPeer({ command });
  try {
    return (await peer.ask('load', { folder, options: { ...contender.options, threads: 1 } })).rows;
  } finally {
    await peer.quit();
  }
};

/** Where the time of the SIMD engine goes, kernel by kernel, on one thread. */
export const profileStudy = async (contenders, { say }) => {
  const sections = [];
  for (const make of WORKS) {
    const { title, folder } = make();
    for (const contender of contenders) {
      const missing = unavailable(contender.name);
      say(`${title}, ${contender.name}${missing === undefined ? '' : `: skipped, ${missing}`}`);
      if (missing === undefined) sections.push({ title: `${title}: ${contender.name}`, rows: await profiled(contender, folder) });
    }
  }
  return { title: 'where the time goes', sections };
};

/** The study as Markdown. */
export const profileMarkdown = ({ sections }) =>
  sections
    .map(({ title, rows }) => {
      const total = rows.reduce((sum, { time }) => sum + time, 0);
      const sorted = [...rows].sort((a, b) => b.time - a.time);
      const rest = sorted.slice(SHOWN);
      const sum = (of) => rest.reduce((all, row) => all + row[of], 0);
      const shown = [...sorted.slice(0, SHOWN), { label: `${rest.length} others`, kernels: sum('kernels'), time: sum('time'), flops: 0 }];
      const lines = shown
        .filter(({ kernels }) => kernels > 0)
        .map(({ label, kernels, time, flops }) => {
          const share = `${((100 * time) / total).toFixed(1)} %`;
          return `| ${label} | ${kernels} | ${time.toFixed(2)} | ${share} | ${flops === 0 ? '' : (flops / time / 1e6).toFixed(1)} |`;
        });
      return [
        `### Where the time goes: ${title}`,
        '',
        `One thread, each kernel alone, best of several: ${total.toFixed(1)} ms.`,
        '',
        '| kernel (rows × columns × products) | times | ms | share | GFLOP/s |',
        '|--|--|--|--|--|',
        ...lines,
        '',
      ].join('\n');
    })
    .join('\n');
