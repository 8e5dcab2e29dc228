import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isBusy, machine } from './machine.mjs';
import { optionsOf, USAGE } from './options.mjs';
import { contenders, isFromNpm, PEERS } from './peers.mjs';
import { session } from './session.mjs';
import { figures, markdownOf, page } from './table.mjs';
import { forwardCases } from './work/forward.mjs';
import { gemmCases } from './work/gemm.mjs';
import { memoryMarkdown, memoryStudy } from './work/memory.mjs';
import { profileMarkdown, profileStudy } from './work/profile.mjs';
import { trainCases } from './work/train.mjs';

/** Works that are no race: a study of ours and how it is written. */
const STUDIES = { memory: [memoryStudy, memoryMarkdown], profile: [profileStudy, profileMarkdown] };
const CASES = { gemm: gemmCases, forward: forwardCases, train: trainCases, gpu: forwardCases };
const say = (line) => console.error(`  ${line}`);

const measured = async (work, options) => {
  const chosen = contenders(work, options.peers, work in STUDIES ? [1] : options.threads);
  if (chosen.length === 0) return [{ title: work, markdown: `### ${work}\n\nnone of the chosen peers does this\n` }];
  if (work in STUDIES) {
    const [studied, written] = STUDIES[work];
    const study = await studied(chosen, { ...options, say });
    const markdown = written(study);
    console.log(markdown);
    return [{ ...study, markdown }];
  }
  const sections = [];
  for (const make of CASES[work](options)) {
    const one = make();
    say(one.title);
    const result = figures(one, await session(one, chosen, { ...options, say }), options.against(work));
    const markdown = markdownOf(result);
    console.log(markdown);
    sections.push({ ...result, markdown });
  }
  return sections;
};

/** Run what the command line asks for. */
export const main = async (args) => {
  const options = optionsOf(args);
  if (options.help) return console.log(USAGE);
  if ((options.peers ?? Object.keys(PEERS)).some(isFromNpm) && !existsSync(join(import.meta.dirname, 'node_modules')))
    throw new Error('the peers are not installed: run npm ci --prefix bench, or choose others with --peers');
  const about = { machine: machine(), started: new Date().toISOString().slice(0, 16).replace('T', ' '), rounds: options.rounds };
  if (isBusy(about.machine)) {
    say(`this machine is busy (load ${about.machine.load.toFixed(1)} on ${about.machine.cores} cores): times mean little`);
    if (options.publish !== undefined) throw new Error('nothing is published from a busy machine; run again when it is quiet');
  }
  const sections = [];
  for (const work of options.works) {
    const done = await measured(work, options);
    sections.push(...done);
  }
  const text = page(about, sections.map(({ markdown }) => markdown)); // biome-ignore format: one line
  if (options.json !== undefined)
    writeFileSync(options.json, `${JSON.stringify({ ...about, sections: sections.map(({ markdown: _, ...rest }) => rest) }, null, 2)}\n`);
  if (options.markdown !== undefined) writeFileSync(options.markdown, `${text}\n`);
  if (options.publish !== undefined) {
    const folder = join(import.meta.dirname, '../docs/results');
    mkdirSync(folder, { recursive: true });
    const file = join(folder, `${options.publish}-${about.started.slice(0, 10)}.md`);
    writeFileSync(file, `# Speed, ${options.publish}, ${about.started.slice(0, 10)}\n\n${text}\n`);
    say(`written: ${file}`);
  }
};
