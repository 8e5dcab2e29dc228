// What a call costs besides its numbers: an operation on six numbers, compiling a small DeiT, and the way to the first logits of DeiT-Ti in a fresh
// process. Given several builds it measures them in turns, and says each figure in terms of the first's.
//
//   node bench/overhead.mjs [DIST …]      (default: dist of this checkout)
//
// Example, before and after: git worktree add ../before v0.1.0; (cd ../before && npm ci && npm run build); node bench/overhead.mjs ../before/dist dist
import { execFileSync } from 'node:child_process';
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { median } from './statistics.mjs';

const ROUNDS = 7;
const OWN = fileURLToPath(import.meta.url);

/** Nanoseconds of each operation on six numbers, the best of some turns. */
const operations = ({ reference: o, tensor }) => {
  const a = tensor([2, 3], [1, 2, 3, 4, 5, 6]);
  const b = tensor([2, 3], [6, 5, 4, 3, 2, 1]);
  const row = tensor([3], [1, 1, 1]);
  const calls = {
    add: () => o.add(a, b),
    scale: () => o.scale(2, a),
    permute: () => o.permute([1, 0], a),
    slice: () => o.slice(0, 0, 1, a),
    sumLast: () => o.sumLast(a),
    mean: () => o.mean(a),
    gelu: () => o.gelu(a),
    softmax: () => o.softmax(a),
    layerNorm: () => o.layerNorm(1e-6, a, row, row),
  };
  const best = {};
  for (let turn = 0; turn < 5; turn++)
    for (const [name, call] of Object.entries(calls)) {
      const start = performance.now();
      for (let i = 0; i < 100_000; i++) call();
      const ns = (performance.now() - start) * 10;
      best[`${name}, ns`] = Math.min(best[`${name}, ns`] ?? ns, ns);
    }
  return best;
};

const programOf =
  ({ deit, paramsFrom }, c) =>
  (o, { image, ...weights }) => {
    const { cls, dist } = deit(o, c)(paramsFrom(c, weights), image);
    return { cls, dist };
  };
const right = (either) => {
  if (either._tag === 'Left') throw new Error(either.left.message);
  return either.right;
};

/** Milliseconds to compile a DeiT of one block, the median of many. */
const compiling = async (name, engine, lib) => {
  const c = lib.deitConfig({ dim: 12, depth: 1, heads: 3, patch: 4, image: [8, 12], classes: 5, distilled: true });
  const shapes = { image: [1, 3, 8, 12], ...lib.paramShapes(c) };
  const times = [];
  for (let i = 0; i < 250; i++) {
    const start = performance.now();
    const plan = right(await engine.compile(programOf(lib, c), shapes)());
    times.push(performance.now() - start);
    plan.dispose();
  }
  return { [`compile a small DeiT, ${name}, ms`]: median(times.slice(50)) };
};

/** Milliseconds of the first pass through DeiT-Ti, from the making of the engine to its logits. */
const firstLogits = async (simdEngine, lib) => {
  const c = lib.ZOO.deit_tiny_distilled_patch16_224;
  const inputs = { image: lib.tensor([1, 3, 224, 224], new Float64Array(150_528).fill(0.1)), ...lib.namedParams(lib.seededParams(1, c)) };
  const shapes = Object.fromEntries(Object.entries(inputs).map(([name, { shape }]) => [name, shape]));
  const start = performance.now();
  const engine = right(await simdEngine({ threads: 1 })());
  const plan = right(await engine.compile(programOf(lib, c), shapes)());
  right(await plan.run(inputs)());
  const ms = performance.now() - start;
  engine.dispose();
  return { 'first logits of DeiT-Ti, simd, cold, ms': ms };
};

/** One build in a process of its own. */
const measure = async (dist) => {
  const lib = await import(`${dist}/src/index.js`);
  const { simdEngine } = await import(`${dist}/src/simd/index.js`);
  const first = await firstLogits(simdEngine, lib);
  const engine = right(await simdEngine({ threads: 1 })());
  const figures = {
    ...first,
    ...(await compiling('simd', engine, lib)),
    ...(await compiling('reference', lib.referenceEngine, lib)),
    ...operations(lib),
  };
  engine.dispose();
  console.log(JSON.stringify(figures));
};

const words = process.argv.slice(2);
if (words[0] === '--one') await measure(words[1]);
else {
  const builds = (words.length > 0 ? words : [fileURLToPath(new URL('../dist', import.meta.url))]).map((path) => resolve(path));
  const rounds = builds.map(() => []);
  for (let i = 0; i < ROUNDS; i++)
    for (const [k, dist] of builds.entries())
      rounds[k].push(JSON.parse(execFileSync(process.execPath, [OWN, '--one', dist], { encoding: 'utf8' })));
  console.log(
    `Medians of ${ROUNDS} processes each, in turns${builds.length > 1 ? '; ratios to the first, of the same turn, in brackets' : ''}.\n`,
  );
  console.log(`| | ${builds.map((_, k) => `build ${k + 1}`).join(' | ')} |\n|--|${builds.map(() => '--|').join('')}`);
  for (const name of Object.keys(rounds[0][0])) {
    const cells = rounds.map((figures, k) => {
      const value = median(figures.map((figure) => figure[name])).toPrecision(3);
      return k === 0 ? value : `${value} (${median(figures.map((figure, i) => figure[name] / rounds[0][i][name])).toFixed(2)})`;
    });
    console.log(`| ${name} | ${cells.join(' | ')} |`);
  }
}
