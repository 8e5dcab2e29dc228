// Programs as people write them: every line must compile, in every TypeScript and under every option that test/types/compile.mjs names.

import {
  type CompileOptions,
  type DeitConfig,
  type DeitLogits,
  deit,
  deitConfig,
  type Engine,
  type EngineError,
  inferNames,
  namedParams,
  type Ops,
  type Plan,
  type Program,
  paramShapes,
  paramsFrom,
  record,
  reference,
  referenceEngine,
  replay,
  type Scalar,
  type Shape,
  type Shaped,
  seededParams,
  type Tensor,
  type Tensors,
  tensor,
  valueAndGradient,
  ZOO,
  zeros,
} from 'deit-oracle';
import type { GpuEngine, GpuPlan } from 'deit-oracle/gpu';
import { boundsOf, type CheckedName, checkKernel, isCheckedName, judgeProgram, type Kernel, layerwise } from 'deit-oracle/oracle';
import { FLOAT32 } from 'deit-oracle/properties';
import type { SimdEngine, SimdPlan } from 'deit-oracle/simd';
import { isRight } from 'fp-ts/lib/Either.js';
import type { TaskEither } from 'fp-ts/lib/TaskEither.js';

const ran = async <A>(task: TaskEither<EngineError, A>): Promise<A> => {
  const result = await task();
  if (isRight(result)) return result.right;
  throw new Error(result.left.message);
};
const one: Tensor = tensor([1], [1]);
const needs = <A>(_value: A): void => {};

/** Names are inferred, in a plan's inputs and results too. */
export const inferred = async (engine: Engine, simd: SimdEngine, gpu: GpuEngine): Promise<void> => {
  const plan = await ran(engine.compile((o, { x, w }) => ({ y: o.mul(x, w), z: o.scale(2, x) }), { x: [1], w: [1] }));
  const { y, z } = await ran(plan.run({ x: one, w: one }));
  needs<readonly Tensor[]>([y, z]);
  const fast = await ran(simd.compile((o, { x }) => ({ y: o.scale(2, x) }), { x: [1] }));
  needs<Tensor>((await ran(fast.run({ x: one }))).y);
  needs<number>(fast.memory.total + fast.kernels);
  needs<SimdPlan<'x', 'y'>>(fast);
  const kernels = await ran(gpu.compile((o, { x }) => ({ y: o.scale(2, x) }), { x: [1] }));
  needs<Tensor>((await ran(kernels.run({ x: one }))).y);
  needs<number>(kernels.compileMilliseconds);
  needs<GpuPlan<'x', 'y'>>(kernels);
  // A body of several statements, an input that is not read, none at all.
  const more = await ran(
    engine.compile(
      (o, { x }) => {
        const twice = o.scale(2, x);
        return { twice, four: o.scale(2, twice) };
      },
      { x: [1], unread: [2] },
    ),
  );
  needs<Tensor>((await ran(more.run({ x: one, unread: zeros([2]) }))).four);
  const constant = await ran(engine.compile((o) => ({ y: o.constant([1], Float64Array.of(1)) }), {}));
  needs<Tensor>((await ran(constant.run({}))).y);
};

/** What stays may be left out after the first run, and state is no result. */
export const staying = async (engine: Engine): Promise<void> => {
  const step = await ran(
    engine.compile(
      (o, { x, w, table }) => ({ loss: o.sumLast(o.mul(w, x)), 'next w': o.add(w, o.mul(x, table)) }),
      { x: [1], w: [1], table: [1] },
      { resident: ['table'], state: { w: 'next w' } },
    ),
  );
  needs<Tensor>((await ran(step.run({ x: one, w: one, table: one }))).loss);
  needs<Tensor>((await ran(step.run({ x: one }))).loss);
  needs<Tensor>((await ran(step.run({ x: one, w: undefined }))).loss);
  needs<Tensor>((await ran(step.read(['w']))).w);
};

/** Names that are only known when it runs need no types. */
export const untyped = async (engine: Engine, shapes: Readonly<Record<string, Shape>>, tensors: Tensors): Promise<void> => {
  const sum: Program = (o, inputs) => Object.fromEntries(Object.entries(inputs).map(([name, x]) => [name, o.scale(2, x)]));
  const options: CompileOptions = { resident: Object.keys(shapes) };
  const plan: Plan = await ran(engine.compile(sum, shapes, options));
  needs<Tensors>(await ran(plan.run(tensors)));
  needs<Tensors>(await ran(plan.read(Object.keys(tensors))));
  const doubled = await ran(
    engine.compile((o, all) => Object.fromEntries(Object.entries(all).map(([k, x]) => [k, o.scale(2, x)])), shapes),
  );
  needs<Tensors>(await ran(doubled.run(tensors)));
  const some = await ran(engine.compile(sum, { x: [1], w: [1] }));
  needs<Tensors>(await ran(some.run({ x: one, w: one })));
  const any: Plan = await ran(engine.compile((o, { x }) => ({ y: o.scale(2, x) }), { x: [1] }, { state: { x: 'y' } }));
  needs<Tensors>(await ran(any.run(tensors)));
  needs<Tensors>(replay(record(sum, { x: [1] }))(reference, tensors));
};

/** A model beside its weights. */
export const model = async (engine: Engine): Promise<void> => {
  const c = ZOO.deit_tiny_distilled_patch16_224;
  const weights = namedParams(seededParams(1, c));
  const shapes = paramShapes(c);
  const plan = await ran(
    engine.compile(
      (o, { image, ...rest }) => {
        const { cls, dist } = deit(o, c)(paramsFrom(c, rest), image);
        return { cls, dist };
      },
      { image: [1, 3, 224, 224], ...shapes },
      { resident: Object.keys(shapes) },
    ),
  );
  const { cls, dist } = await ran(plan.run({ image: zeros([1, 3, 224, 224]), ...weights }));
  needs<readonly Tensor[]>([cls, dist]);
  await ran(plan.run({ image: zeros([1, 3, 224, 224]) }));
  // Weights that are written down.
  const small = await ran(
    engine.compile((o, { x, ...affine }) => ({ y: o.linear(x, affine.w, affine.b) }), { x: [1, 2], w: [3, 2], b: [3] }),
  );
  await ran(small.run({ x: zeros([1, 2]), w: zeros([3, 2]), b: zeros([3]) }));
  // A configuration that may be distilled or not: its results are known when it runs.
  const unknown: DeitConfig = { ...c, distilled: Math.random() < 0.5 };
  const either = await ran(
    engine.compile((o, { image, ...rest }) => ({ ...deit(o, unknown)(paramsFrom(unknown, rest), image) }), { image: [1], ...shapes }),
  );
  needs<Tensors>(await ran(either.run({ image: one, ...weights })));
};

/** Logits of both heads where the configuration is distilled, and perhaps where it may be. */
export const logits = (yes: DeitLogits<Tensor, true>, no: DeitLogits<Tensor, false>, maybe: DeitLogits<Tensor>): void => {
  needs<{ readonly cls: Tensor; readonly dist: Tensor }>(yes);
  needs<DeitLogits<Tensor>>(yes);
  needs<DeitLogits<Tensor>>(no);
  needs<Tensor | undefined>(maybe.dist);
  needs<DeitConfig<true>>(deitConfig({ dim: 12, depth: 1, heads: 3, distilled: true }));
  needs<DeitConfig<false>>(deitConfig({ dim: 12, depth: 1, heads: 3 }));
  needs<DeitConfig>(deitConfig({ dim: 12, depth: 1, heads: 3, distilled: Math.random() < 0.5 }));
  needs<DeitConfig<false>>(ZOO.deit_tiny_patch16_224);
};

/** An input that may be absent: as the program's own type says, or as shapes say that may be. */
export const optional = async (engine: Engine, shapes: { readonly x: Shape; readonly w: Shape; readonly b?: Shape }): Promise<void> => {
  const linear = <T extends Shaped>(o: Ops<T>, { x, w, b }: { readonly x: T; readonly w: T; readonly b?: T }) => ({
    y: b === undefined ? o.linear(x, w) : o.linear(x, w, b),
  });
  const without = await ran(engine.compile(linear, { x: [1, 2], w: [3, 2] }));
  needs<Tensor>((await ran(without.run({ x: zeros([1, 2]), w: zeros([3, 2]) }))).y);
  const biased = await ran(engine.compile(linear, { x: [1, 2], w: [3, 2], b: [3] }));
  needs<Tensor>((await ran(biased.run({ x: zeros([1, 2]), w: zeros([3, 2]), b: zeros([3]) }))).y);
  const either = await ran(engine.compile((o, { x, w, b }) => ({ y: b === undefined ? o.linear(x, w) : o.linear(x, w, b) }), shapes));
  needs<Tensor>((await ran(either.run({ x: zeros([1, 2]), w: zeros([3, 2]) }))).y);
};

/** Names that are written down, and what else takes programs. */
export const named = async (engine: Engine): Promise<void> => {
  const product: Program<'x' | 'w', 'y'> = (o, { x, w }) => ({ y: o.mul(x, w) });
  const plan: Plan<'x' | 'w', 'y'> = await ran(engine.compile(product, { x: [1], w: [1] }));
  needs<Tensor>((await ran(plan.run({ x: one, w: one }))).y);
  needs<Tensor>(product(reference, { x: one, w: one }).y);
  const again = replay(record((o, { x }) => ({ y: o.scale(2, x) }), { x: [1] }));
  needs<Program<'x', 'y'>>(again);
  needs<Tensor>(again(reference, { x: one }).y);
  needs<Tensor>(boundsOf(FLOAT32, (o, { x }) => ({ y: o.scale(2, x) }), { x: one }).y.value);
  needs<number>(judgeProgram(FLOAT32, product, { x: one, w: one }, { y: one }).failed);
  needs<number>(layerwise(FLOAT32, (o, { x }) => ({ y: o.scale(2, x) }), { x: one }, { y: one }).length);
  const loss: Scalar<'x' | 'w'> = (o, { x, w }) => o.sumLast(o.mul(x, w));
  const { value, gradient } = valueAndGradient(loss)(reference, { x: one, w: one });
  needs<readonly Tensor[]>([value, gradient.x, gradient.w]);
  needs<Tensor>(valueAndGradient<'x'>((o, { x }) => o.sumLast(x))(reference, { x: one }).gradient.x);
  const step = await ran(engine.compile((o, { x, w }) => ({ dw: valueAndGradient(loss)(o, { x, w }).gradient.w }), { x: [1], w: [1] }));
  needs<Tensor>((await ran(step.run({ x: one, w: one }))).dw);
};

/** An engine of one's own, around another. */
export const mine: Engine = {
  ...referenceEngine,
  compile: inferNames((program, inputs, options) => referenceEngine.compile(program, inputs, options)),
};

/** Kernels: inputs, attributes and outputs by the names of their operation. */
export const kernels = async (name: string): Promise<void> => {
  const options = { arithmetic: FLOAT32 };
  const filled = ({ shape }: Shaped) => ({ shape, data: new Float32Array(1) });
  await checkKernel('layernorm', ({ x, g, b }, { eps }) => ({ y: reference.layerNorm(eps, x, g, b) }), options);
  await checkKernel('linear', ({ x, w, b }) => ({ y: b === undefined ? reference.linear(x, w) : reference.linear(x, w, b) }), options);
  await checkKernel('gelu', async ({ x }) => ({ y: filled(x) }), options);
  await checkKernel('mhsa', ({ x, qkv_w }, { heads }) => ({ y: filled(x), qkv: filled(reference.scale(heads, qkv_w)) }), options);
  await checkKernel('block', (p, { heads, eps }) => ({ y: filled(reference.scale(heads * eps, p['p.attn.qkv.weight'])) }), options);
  await checkKernel('softmax.vjp', ({ x, dy }) => ({ dx: filled(reference.mul(x, dy)) }), options);
  await checkKernel(
    'linear.vjp',
    ({ x, w, b }) => ({ dx: filled(x), dw: filled(w), ...(b === undefined ? {} : { db: filled(b) }) }),
    options,
  );
  await checkKernel('kl.vjp', (z) => ({ dz_teacher: filled(z.z_teacher), dz_student: filled(z.z_student) }), options);
  await checkKernel(
    'forward',
    ({ image, ...weights }, c) => {
      const { cls } = deit(reference, deitConfig(c))(paramsFrom(deitConfig(c), weights), image as Tensor);
      return { logits_cls: cls, logits_eval: cls };
    },
    options,
  );
  const typed: Kernel<'layernorm'> = ({ x, g, b }, { eps }) => ({ y: reference.layerNorm(eps, x, g, b) });
  await checkKernel('layernorm', typed, options);
  // One whose operation is only known when it runs.
  const any: Kernel = (inputs) => ({ y: inputs.x ?? one });
  if (isCheckedName(name)) await checkKernel(name, any, options);
  await checkKernel<CheckedName>('gelu', any, options);
};
