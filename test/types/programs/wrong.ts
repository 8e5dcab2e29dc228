// Programs that must not compile: each line after a @ts-expect-error has a mistake in it. What is right about them is in right.ts.

import {
  type DeitConfig,
  deit,
  type Engine,
  type EngineError,
  type Ops,
  type Plan,
  type Program,
  paramsFrom,
  record,
  reference,
  replay,
  type Scalar,
  type Shaped,
  seededParams,
  tensor,
  valueAndGradient,
  ZOO,
  zeros,
} from 'deit-oracle';
import type { GpuEngine } from 'deit-oracle/gpu';
import { boundsOf, checkKernel, isOperationName, judgeProgram, type Kernel, layerwise } from 'deit-oracle/oracle';
import { FLOAT32 } from 'deit-oracle/properties';
import type { SimdEngine } from 'deit-oracle/simd';
import type { TaskEither } from 'fp-ts/lib/TaskEither.js';

const one = tensor([1], [1]);
declare const ran: <A>(task: TaskEither<EngineError, A>) => A;
declare const product: Program<'x' | 'w', 'y'>;

export const programs = (engine: Engine, simd: SimdEngine, gpu: GpuEngine): void => {
  // @ts-expect-error an input by another name
  engine.compile((o, { X }) => ({ y: o.scale(2, X) }), { x: [1] });
  // @ts-expect-error the same, in an engine of its own type
  simd.compile((o, { X }) => ({ y: o.scale(2, X) }), { x: [1] });
  // @ts-expect-error the same, in another
  gpu.compile((o, { X }) => ({ y: o.scale(2, X) }), { x: [1] });
  // @ts-expect-error the same, read as a property
  engine.compile((o, inputs) => ({ y: o.scale(2, inputs.X) }), { x: [1] });
  // @ts-expect-error a shape is missing
  engine.compile((o, { x, w }) => ({ y: o.mul(x, w) }), { x: [1] });
  // @ts-expect-error a shape that is no shape
  engine.compile((o, { x }) => ({ y: o.scale(2, x) }), { x: 1 });
  // @ts-expect-error an operation that there is not
  engine.compile((o, { x }) => ({ y: o.layer_norm(x) }), { x: [1] });
  // @ts-expect-error an output that is a number
  engine.compile((_o, { x }) => ({ y: x.shape.length }), { x: [1] });
  // @ts-expect-error an output that no interpreter made
  engine.compile(() => ({ y: one }), { x: [1] });
  // @ts-expect-error an output without a name
  engine.compile((_o, { x }) => x, { x: [1] });
  // @ts-expect-error a shape is missing, of a program with names
  engine.compile(product, { x: [1] });
  // @ts-expect-error a shape by another name, of a program with names
  engine.compile(product, { x: [1], W: [1] });
  const linear = <T extends Shaped>(o: Ops<T>, { x, w, b }: { readonly x: T; readonly w: T; readonly b?: T }) => ({
    y: b === undefined ? o.linear(x, w) : o.linear(x, w, b),
  });
  // @ts-expect-error one that may be absent is, and one that may not
  engine.compile(linear, { x: [1] });
  // @ts-expect-error an output by another name, of a program with names
  const renamed: Program<'x' | 'w', 'z'> = product;
  // @ts-expect-error an output is missing
  const without: Program<'x', 'y'> = (o, { x }) => ({ z: o.scale(2, x) });
  // @ts-expect-error an input by another name
  const misread: Program<'x', 'y'> = (o, { X }) => ({ y: o.scale(2, X) });
  // @ts-expect-error a plan of other names
  const plan: Plan<'a', 'b'> = ran(engine.compile(product, { x: [1], w: [1] }));
  [renamed, without, misread, plan].map(String);
};

export const runs = (engine: Engine, simd: SimdEngine, gpu: GpuEngine): void => {
  const plan = ran(engine.compile((o, { x, w }) => ({ y: o.mul(x, w) }), { x: [1], w: [1] }));
  // @ts-expect-error an input is missing
  plan.run({ x: one });
  // @ts-expect-error an input by another name
  plan.run({ x: one, W: one });
  // @ts-expect-error one more
  plan.run({ x: one, w: one, b: one });
  // @ts-expect-error numbers that are no tensor
  plan.run({ x: [1], w: one });
  // @ts-expect-error an output by another name
  ran(plan.run({ x: one, w: one })).Y;
  // @ts-expect-error nothing is state
  plan.read(['w']);
  // @ts-expect-error an input is missing
  ran(simd.compile((o, { x }) => ({ y: o.scale(2, x) }), { x: [1] })).run({});
  // @ts-expect-error an output by another name
  ran(ran(gpu.compile((o, { x }) => ({ y: o.scale(2, x) }), { x: [1] })).run({ x: one })).z;
  const shapes = { x: [1], w: [1] };
  const step = ran(engine.compile((o, { x, w }) => ({ loss: o.mul(x, w), next: o.add(x, w) }), shapes, { state: { w: 'next' } }));
  // @ts-expect-error what does not stay is missing
  step.run({ w: one });
  // @ts-expect-error what takes the place of state is no result
  ran(step.run({ x: one })).next;
  // @ts-expect-error an input that is no state
  step.read(['x']);
  // @ts-expect-error nor can it be found in what was read
  ran(step.read(['w'])).x;
  // @ts-expect-error an input by another name stays
  engine.compile((o, { x, w }) => ({ y: o.mul(x, w) }), shapes, { resident: ['W'] });
  // @ts-expect-error an input by another name is state
  engine.compile((o, { x, w }) => ({ y: o.mul(x, w) }), shapes, { state: { W: 'y' } });
  // @ts-expect-error an output by another name takes its place
  engine.compile((o, { x, w }) => ({ y: o.mul(x, w) }), shapes, { state: { w: 'next' } });
  // @ts-expect-error an option by another name
  engine.compile((o, { x, w }) => ({ y: o.mul(x, w) }), shapes, { residents: ['w'] });
};

export const others = (): void => {
  // @ts-expect-error an input by another name
  record((o, { X }) => ({ y: o.scale(2, X) }), { x: [1] });
  const recorded = record((o, { x }) => ({ y: o.scale(2, x) }), { x: [1] });
  // @ts-expect-error an output by another name
  recorded.outputs.Y;
  // @ts-expect-error an input by another name
  replay(recorded)(reference, { X: one });
  // @ts-expect-error an output by another name
  replay(recorded)(reference, { x: one }).Y;
  // @ts-expect-error an input by another name
  boundsOf(FLOAT32, (o, { X }) => ({ y: o.scale(2, X) }), { x: one });
  // @ts-expect-error an output by another name
  boundsOf(FLOAT32, (o, { x }) => ({ y: o.scale(2, x) }), { x: one }).Y;
  // @ts-expect-error an input by another name
  judgeProgram(FLOAT32, (o, { X }) => ({ y: o.scale(2, X) }), { x: one }, { y: one });
  // @ts-expect-error an input by another name
  layerwise(FLOAT32, (o, { X }) => ({ y: o.scale(2, X) }), { x: one }, { y: one });
  const loss: Scalar<'x' | 'w'> = (o, { x, w }) => o.sumLast(o.mul(x, w));
  // @ts-expect-error an input by another name
  valueAndGradient(loss)(reference, { x: one, W: one });
  // @ts-expect-error an input is missing
  valueAndGradient(loss)(reference, { x: one });
  // @ts-expect-error a gradient by another name
  valueAndGradient(loss)(reference, { x: one, w: one }).gradient.b;
  // @ts-expect-error an input by another name
  valueAndGradient<'x'>((o, { X }) => o.sumLast(X));
  // @ts-expect-error a program with names is no scalar
  valueAndGradient(product);
};

export const logits = (engine: Engine, maybe: DeitConfig): void => {
  const [yes, no] = [ZOO.deit_tiny_distilled_patch16_224, ZOO.deit_tiny_patch16_224];
  const image = zeros([1, 3, 224, 224]);
  // @ts-expect-error it may be absent
  deit(reference, maybe)(seededParams(1, maybe), image).dist.shape;
  // @ts-expect-error it is absent
  deit(reference, no)(seededParams(1, no), image).dist;
  // @ts-expect-error another head
  deit(reference, yes)(seededParams(1, yes), image).distilled;
  engine.compile(
    (o, { image: x, ...weights }) => {
      // @ts-expect-error a plain model has one head
      const { cls, dist } = deit(o, no)(paramsFrom(no, weights), x);
      return { cls, dist };
    },
    { image: [1] },
  );
};

export const kernels = (name: string): void => {
  const options = { arithmetic: FLOAT32 };
  // @ts-expect-error an operation by another name
  checkKernel('layer_norm', ({ x }) => ({ y: x }), options);
  // @ts-expect-error any name
  checkKernel(name, ({ x }) => ({ y: x }), options);
  // @ts-expect-error an operation that works on images
  checkKernel('resize', ({ image }) => ({ y: image }), options);
  // @ts-expect-error nor has it a gradient
  checkKernel('forward.vjp', ({ image }) => ({ dimage: image }), options);
  // @ts-expect-error a name of an operation, and not of one that can be checked
  if (isOperationName(name)) checkKernel(name, ({ x }) => ({ y: x }), options);
  // @ts-expect-error an input by another name
  checkKernel('gelu', ({ X }) => ({ y: X }), options);
  // @ts-expect-error an input of another operation
  checkKernel('layernorm', ({ gain }) => ({ y: gain }), options);
  // @ts-expect-error an input that may be absent
  checkKernel('linear', ({ b }) => ({ y: b }), options);
  // @ts-expect-error an upstream gradient, where none is asked for
  checkKernel('gelu', ({ dy }) => ({ y: dy }), options);
  // @ts-expect-error and one of a number
  checkKernel('kl.vjp', ({ z_teacher, dy }) => ({ dz_teacher: z_teacher, dz_student: dy }), options);
  // @ts-expect-error an output by another name
  checkKernel('gelu', ({ x }) => ({ Y: x }), options);
  // @ts-expect-error a gradient is missing
  checkKernel('layernorm.vjp', ({ x, g }) => ({ dx: x, dg: g }), options);
  // @ts-expect-error an output without a name
  checkKernel('gelu', ({ x }) => x, options);
  // @ts-expect-error an attribute by another name
  checkKernel('layernorm', ({ x }, { epsilon }) => ({ y: reference.scale(epsilon, x) }), options);
  // @ts-expect-error an attribute of another operation
  checkKernel('gelu', ({ x }, { heads }) => ({ y: reference.scale(heads, x) }), options);
  // @ts-expect-error how it computes is missing
  checkKernel('gelu', ({ x }) => ({ y: x }), {});
  // @ts-expect-error an input by another name
  const misread: Kernel<'softmax'> = ({ X }) => ({ y: X });
  // @ts-expect-error an operation by another name
  const strange: Kernel<'soft_max'> = ({ x }) => ({ y: x });
  [misread, strange].map(String);
};
