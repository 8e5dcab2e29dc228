// biome-ignore-all format: one idea a line
// The whole project, the first file to read: every line is one idea and runs. docs/tour.md goes on from here.
import { afterAll, expect, it } from 'vitest';
import { check, FLOAT32, FLOAT64, fromEngine, proved, softmaxLaws } from '../properties/index.ts';
import { cost, deit, deitConfig, dual, hardDistillation, hashTensor, jvp, mapParams, namedParams, oneHot, type Program, paramsFrom, priced, problems, record, reference, replay, rounded, type Scalar, seededParams, shape, sketch, specification, taps, tensor, totalCost, trace, untraced, valueAndGradient, ZOO } from '../src/index.ts';
import { decodeSafetensors, encodeSafetensors, fromTensor, toTensor } from '../src/io/index.ts';
import { bounded, checkKernel, checkOperation, exact, failureLines, MUTANTS } from '../src/oracle/index.ts';
import { fromPrecise, precise, toPrecise } from '../src/precise/index.ts';
import { simdEngine } from '../src/simd/index.ts';
import { right } from './support/right.ts';

const x = tensor([2], [1, 3]);
const cube: Program = (o, { x }) => ({ y: o.mul(x, o.mul(x, x)) });
const summed: Scalar = (o, inputs) => o.sumLeading([], cube(o, inputs).y);
const config = deitConfig({ image: [8, 12], patch: 4, dim: 12, depth: 2, heads: 3, classes: 5, distilled: true });
const params = seededParams(1, config);
const image = hashTensor('image', 1, [1, 3, 8, 12], 1);
const loss: Scalar = (o, { label, taught, image, ...weights }) => hardDistillation(o)(0.5, deit(o, config)(paramsFrom(config, weights), image), label, taught);
const batch = { ...namedParams(params), image, label: oneHot(5, [0]), taught: oneHot(5, [1]) };
const simd = right(await simdEngine({ dtype: 'F32', threads: 1 })());
afterAll(() => simd.dispose());
const quickGelu = ({ x }: Readonly<Record<string, typeof image>>) => ({ y: { shape: x.shape, data: Array.from(x.data, (v) => v / (1 + Math.exp(-1.702 * v))) } });

it('a tensor is a shape and its numbers', () => expect([x.shape, [...x.data]]).toEqual([[2], [1, 3]]));
it('an interpreter says what an operation means: the reference computes', () => expect([...reference.softmax(tensor([2], [7, 7])).data]).toEqual([0.5, 0.5]));
it('a program is a function of any interpreter', () => expect([...cube(reference, { x }).y.data]).toEqual([1, 27]));
it('run in reverse it gives its gradient', () => expect([...valueAndGradient(summed)(reference, { x }).gradient.x.data]).toEqual([3, 27]));
it('run forward it carries a direction along, to the same derivative', () => expect([...cube(jvp(reference), { x: dual(x, tensor([2], [1, 1])) }).y.tangent.data]).toEqual([3, 27]));
it('the two compose: the derivative of the derivative', () => expect([...valueAndGradient((o, { x }) => o.sumLeading([], cube(jvp(o), { x: dual(x, o.constant([2], Float64Array.of(1, 1))) }).y.tangent))(reference, { x }).gradient.x.data]).toEqual([6, 18]));
it('shapes are known without computing, and a mistake is one sentence', () => expect(problems([shape.matmul(sketch([2, 3]), sketch([2, 3]))]).map(({ message }) => message)).toEqual(['(…, M, K) @ (…, K, N) needs equal K and equal leading axes, got (2, 3) @ (2, 3)']));
it('a program can be written down', () => expect(record(cube, { x: [2] }).instructions.map(({ op }) => op)).toEqual(['input', 'mul', 'mul']));
it('and what is written down can be run', () => expect([...replay(record(cube, { x: [2] }))(reference, { x }).y.data]).toEqual([1, 27]));
it('rounded after every operation it computes as bfloat16 does', () => expect([...rounded(reference, 'BF16').scale(1 / 3, x).data]).toEqual([0.333984375, 1]));
it('or to as many digits as you ask', () => expect(fromPrecise(precise(40).unary('exp', toPrecise(tensor([], [1])))).data[0]).toBe(Math.E));
it('a DeiT is such a program: an image gives the logits of two heads', () => expect(Object.entries(deit(reference, config)(params, image)).map(([head, { shape }]) => [head, shape])).toEqual([['cls', [1, 5]], ['dist', [1, 5]]]));
it('every activation of it has a name', () => expect(taps(Object.values(deit(trace(reference), config)(mapParams(untraced, params), untraced(image))))['blocks.1.attn_probs'].shape).toEqual([1, 3, 8, 8]));
it('and it has a price', () => expect(totalCost(Object.values(deit(cost, ZOO.deit_tiny_patch16_224)(mapParams(({ shape }) => priced(shape, true), specification(ZOO.deit_tiny_patch16_224)), priced([1, 3, 224, 224])))).parameters).toBe(5_717_416));
it('a student listens to its teacher: half the label, half what the teacher decides', () => expect(loss(reference, batch).data[0]).toBeCloseTo(Math.log(5), 0));
it('its gradient is by every parameter at once', () => expect(Object.keys(valueAndGradient(loss)(reference, batch).gradient)).toEqual(Object.keys(batch)));
it('weights are files: what is written is read back', () => expect([...right(toTensor(right(decodeSafetensors(right(encodeSafetensors({ x: fromTensor(x, 'F32') })))).tensors.x)).data]).toEqual([1, 3]));
it('an engine makes a plan of a program, and the plan runs', async () => expect([...right(await right(await simd.compile(cube, { x: [2] })()).run({ x })()).y.data]).toEqual([1, 27]));
it('how far float32 may be off is proved, number by number', () => expect(cube(bounded(FLOAT32, reference), { x: exact(x) }).y.error.data[1]).toBeLessThan(27 * 3 * 2 ** -24));
it('an engine is held against that bound, operation by operation', async () => expect((await checkOperation({ engine: simd, cases: 4, seed: 1 }, 'layernorm')).verdict).toBe('pass'));
it('a mistake that is planted is found, and named', async () => expect((await checkOperation({ engine: simd, cases: 4, seed: 1, plant: MUTANTS.filter(({ name }) => name === 'tanh-gelu')[0] }, 'gelu')).matches).toEqual(['tanh-gelu']));
it('a kernel of yours is judged alike', async () => expect(failureLines(await checkKernel('gelu', quickGelu, { arithmetic: FLOAT64 }))[0]).toBe('gelu: FAIL, matches quick-gelu (GELU as x·sigmoid(1.702 x))'));
it('and laws need no answers to know what is wrong', async () => expect((await check(softmaxLaws[0], fromEngine(simd, { bound: proved(simd.arithmetic), round: Math.fround }))).holds).toBe(true));
