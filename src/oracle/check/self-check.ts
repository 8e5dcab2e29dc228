import * as E from 'fp-ts/lib/Either.js';
import { FLOAT32 } from '../../core/engine/arithmetic.ts';
import { tensorEngine } from '../../core/engine/tensor-engine.ts';
import { dual, jvp } from '../../core/interpret/jvp.ts';
import { reference } from '../../core/interpret/reference.ts';
import type { CaseSpec } from '../../core/oracle/case/case-spec.ts';
import { drawCase, drawUpstream } from '../../core/oracle/case/draw-case.ts';
import { mutantNamed } from '../../core/oracle/mistake/mistakes.ts';
import { taskOf } from '../../core/oracle/request/operation-table.ts';
import { programOf } from '../../core/oracle/request/task.ts';
import { type Tensor, tensor } from '../../core/tensor/tensor.ts';
import { checkOperation } from './check.ts';

/** Values known to more digits than float64 holds, computed with 60 digits. */
const CONSTANTS: readonly (readonly [name: Parameters<typeof reference.unary>[0], x: number, y: number])[] = [
  ['exp', 2, 7.38905609893065],
  ['log', 3, 1.0986122886681098],
  ['erf', 0.5, 0.5204998778130465],
  ['erfc', 3, 2.209049699858544e-5],
  ['cdf', 1, 0.8413447460685429],
  ['gelu', -2.5, -0.01552416331444034],
  ['rsqrt', 3, 0.5773502691896258],
];
const ULPS = 4 * 2 ** -53;

const honest = tensorEngine({ name: 'reference as float32', arithmetic: FLOAT32, ops: reference, describe: 'float64' });
/** Mistakes that must be seen, each with the operation that shows it. */
const MUST_FAIL = [
  ['gelu', 'tanh-gelu'],
  ['layernorm', 'layernorm-eps-1e-12'],
  ['mhsa', 'swapped-heads'],
  ['mlp', 'linear-no-bias'],
] as const;

const dot = (a: Tensor, b: Tensor): number => a.data.slice().reduce((s, x, i) => s + x * b.data[i], 0);

/** `<J v, w> − <v, Jᵀ w>` of a block with respect to its input, relative to its terms. */
const adjointGap = (): number => {
  const spec: CaseSpec = {
    op: 'block',
    dims: { B: 1, N: 4, d: 3, M: 7 },
    attrs: { heads: 2 },
    family: 'normal',
    scale: 1,
    offset: 0,
    seed: 5,
  };
  const given = E.getOrElseW(() => undefined)(drawCase(spec));
  if (given === undefined) return Number.POSITIVE_INFINITY;
  const task = taskOf('block', spec.attrs, given);
  const v = drawUpstream({ ...spec, seed: 6 }, given.x.shape);
  const w = drawUpstream({ ...spec, seed: 7 }, given.x.shape);
  const back = taskOf('block.vjp', spec.attrs, { ...given, dy: w });
  if (E.isLeft(task) || E.isLeft(back)) return Number.POSITIVE_INFINITY;
  const still = (t: Tensor): Tensor => tensor(t.shape, new Float64Array(t.data.length));
  const inputs = Object.fromEntries(Object.entries(given).map(([name, t]) => [name, dual(t, name === 'x' ? v : still(t))]));
  const pushed = programOf(task.right)(jvp(reference), inputs).y.tangent;
  const pulled = programOf(back.right)(reference, back.right.inputs).dx;
  const [left, right] = [dot(pushed, w), dot(v, pulled)];
  return Math.abs(left - right) / (Math.abs(left) + Math.abs(right));
};

/**
 * Whether this oracle can be trusted here and now: its functions give known values, its gradients obey the adjoint law,
 * an honest implementation passes and known mistakes do not.
 *
 * @returns what is wrong with it, one sentence each; empty when nothing is.
 * @example
 * selfCheck() // []
 */
export const selfCheck = async (): Promise<readonly string[]> => {
  const constants = CONSTANTS.flatMap(([name, x, y]) => {
    const got = reference.unary(name, tensor([], [x])).data[0];
    return Math.abs(got - y) <= ULPS * Math.abs(y) ? [] : [`${name}(${x}) is ${got} and must be ${y}`];
  });
  const gap = adjointGap();
  const adjoint = gap < 1e-12 ? [] : [`the gradient of a block breaks the adjoint law by ${gap}`];
  const options = { engine: honest, cases: 6, seed: 7 };
  const found: string[] = [];
  for (const [op, name] of MUST_FAIL) {
    const mutant = mutantNamed(name);
    const clean = await checkOperation(options, op);
    if (clean.verdict !== 'pass') found.push(`an honest ${op} gets the verdict ${clean.verdict}`);
    if (mutant === undefined) continue;
    const planted = await checkOperation({ ...options, plant: mutant }, op);
    if (planted.verdict !== 'fail') found.push(`${op} with the mistake ${name} gets the verdict ${planted.verdict}`);
    else if (!planted.matches.includes(name))
      found.push(`${op} with the mistake ${name} is not recognised, it looks like ${planted.matches}`);
  }
  return [...constants, ...adjoint, ...found];
};
