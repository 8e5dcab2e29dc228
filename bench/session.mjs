import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { startPeer } from './peer-process.mjs';
import { unavailable } from './peers.mjs';
import { median } from './statistics.mjs';

/** Milliseconds that one turn should take, and most runs in it. */
const TURN = 600;
const MOST_RUNS = 200;
/** Milliseconds and runs of warming up; a slow peer's ends sooner. */
const WARM = 2000;
const WARM_RUNS = 5;
const LONGEST_WARM = 15_000;
/** Milliseconds between turns, in which the threads of the last peer go to sleep. */
const REST = 60;

const outputsOf = (outputs, file) => {
  const bytes = readFileSync(file);
  const numbers = new Float64Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength));
  const named = {};
  let at = 0;
  for (const [name, length] of outputs) {
    named[name] = numbers.subarray(at, at + length);
    at += length;
  }
  return named;
};

/** Run until compilers have done what they do for code that stays hot: V8 replaces WebAssembly's first code in the background. */
const warmed = async (peer, quick) => {
  const times = [];
  const start = performance.now();
  while (times.length < WARM_RUNS || performance.now() - start < WARM) {
    times.push(...(await peer.ask('time', { runs: 1 })).times);
    if (quick) break;
    if (performance.now() - start > LONGEST_WARM && times.length > 1) break;
  }
  return times;
};

/** Start a contender, and let it show that it computes what the reference does. Nobody is timed before. */
const admit = async (contender, work, { quick, say }) => {
  const missing = unavailable(contender.name);
  if (missing !== undefined) return { contender, skipped: missing };
  const peer = startPeer(contender);
  try {
    const { describe, flops, memory } = await peer.ask('load', {
      folder: work.folder,
      options: { ...contender.options, threads: contender.threads },
    });
    const file = join(work.folder, `${contender.id}.out`);
    const { outputs } = await peer.ask('check', { file });
    const verdict = contender.bound ? { ok: true, error: 0, allowed: 0 } : work.judge(outputsOf(outputs, file), contender);
    if (!verdict.ok) {
      await peer.quit();
      return { contender, describe, refused: verdict.why, verdict };
    }
    const times = await warmed(peer, quick);
    say(
      `${contender.id}: ${contender.bound ? 'a bound, nothing to compare' : contender.exact ? 'the reference, bit for bit' : `error ${verdict.error.toExponential(1)} of ${verdict.allowed.toExponential(1)} allowed`}, about ${times.at(-1).toFixed(1)} ms`,
    );
    return { contender, describe, flops, memory, verdict, peer, first: times.at(-1) };
  } catch (reason) {
    await peer.quit();
    return { contender, skipped: reason.message };
  }
};

/**
 * Everyone at the same work, in turns: `rounds` rounds, in each of which every peer has one turn of some runs, the first of a round being another
 * peer each time.
 *
 * @returns {Promise<object[]>} for each contender its `rounds` of times in milliseconds, or why it has none
 */
export const session = async (work, contenders, { rounds, quick, say }) => {
  const entries = [];
  for (const contender of contenders) entries.push(await admit(contender, work, { quick, say }));
  for (const { contender, skipped, refused } of entries) {
    if (skipped !== undefined) say(`${contender.id}: skipped, ${skipped}`);
    if (refused !== undefined) say(`${contender.id}: REFUSED, ${refused}`);
  }
  const running = entries.filter(({ peer }) => peer !== undefined).map((entry) => Object.assign(entry, { rounds: [], cpu: [] }));
  for (let round = 0; round < rounds; round++) {
    const first = round % Math.max(running.length, 1);
    for (const entry of [...running.slice(first), ...running.slice(0, first)]) {
      if (entry.skipped !== undefined) continue;
      const runs = quick ? 1 : Math.min(MOST_RUNS, Math.max(1, Math.round(TURN / entry.first)));
      try {
        const { times, cpu } = await entry.peer.ask('time', { runs });
        entry.rounds.push(times);
        entry.cpu.push(cpu / runs);
      } catch (reason) {
        entry.skipped = reason.message;
        say(`${entry.contender.id}: out in round ${round + 1}, ${reason.message}`);
      }
      await pause(REST);
    }
    say(
      `round ${round + 1} of ${rounds}: ${running.map(({ contender, rounds: all }) => `${contender.id} ${all.length > round ? median(all[round]).toFixed(1) : '-'}`).join(', ')}`,
    );
  }
  for (const { peer } of running) await peer.quit();
  return entries.map(({ peer: _, ...entry }) => (entry.skipped === undefined ? entry : { ...entry, rounds: undefined }));
};
