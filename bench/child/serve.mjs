/**
 * A peer in a process of its own: one JSON message a line in, one answer a line out.
 *
 * `load` makes the peer ready for the work of a folder; `check` runs it once and writes what it computed; `time` runs it again and again
 * and answers the milliseconds of each run, and of processor time altogether; `memory` answers what the process has taken at most.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { readWork } from './data.mjs';

// Libraries print to the console: that is not an answer.
console.log = console.error;
console.info = console.error;

const [module] = process.argv.slice(2);
const { load } = await import(module);
/**
 * `state` is what a run left with the peer, where a run does not give it all.
 *
 * @typedef {Record<string, ArrayLike<number>>} Outputs
 * @type {{ describe: string, flops?: number, run: () => Promise<Outputs>, state?: () => Promise<Outputs> }}
 */
let peer;

const peakBytes = () => {
  try {
    return Number(/VmHWM:\s+(\d+)/.exec(readFileSync('/proc/self/status', 'utf8'))?.[1]) * 1024;
  } catch {
    return process.resourceUsage().maxRSS * 1024;
  }
};

const actions = {
  load: async ({ folder, options }) => {
    const before = peakBytes();
    peer = await load({ ...readWork(folder), folder, options });
    const { run: _, state: __, ...about } = peer;
    return { ...about, node: process.version, before };
  },
  check: async ({ file }) => {
    const outputs = { ...(await peer.run()), ...(await peer.state?.()) };
    const parts = Object.entries(outputs);
    writeFileSync(file, Buffer.concat(parts.map(([, data]) => new Uint8Array(Float64Array.from(data).buffer))));
    return { outputs: parts.map(([name, data]) => [name, data.length]) };
  },
  time: async ({ runs }) => {
    const times = [];
    const before = process.cpuUsage();
    for (let i = 0; i < runs; i++) {
      const start = performance.now();
      await peer.run();
      times.push(performance.now() - start);
    }
    const { user, system } = process.cpuUsage(before);
    return { times, cpu: (user + system) / 1000 };
  },
  memory: async () => ({ peak: peakBytes() }),
};

for await (const line of createInterface({ input: process.stdin })) {
  const { action, ...message } = JSON.parse(line);
  if (action === 'quit') break;
  let answer;
  try {
    answer = await actions[action](message);
  } catch (reason) {
    answer = { error: reason instanceof Error ? reason.message : String(reason) };
  }
  process.stdout.write(`${JSON.stringify(answer)}\n`);
}
process.exit(0);
