import { type Either, isLeft } from 'fp-ts/lib/Either.js';
import type { Engine, EngineError, Tensors } from '../../src/core/engine/engine.ts';
import { referenceEngine } from '../../src/core/engine/reference-engine.ts';
import { valueAndGradient } from '../../src/core/interpret/gradient.ts';
import type { Program } from '../../src/core/language/ops.ts';
import { hardDistillation } from '../../src/core/loss/distillation.ts';
import { seededParams } from '../../src/core/model/deit/init/seeded-params.ts';
import { namedParams } from '../../src/core/model/deit/params.ts';
import { forwardProgram, lossProgram } from '../../src/core/model/deit/program.ts';
import { ZOO } from '../../src/core/model/zoo.ts';
import { mapRecord } from '../../src/core/params/map-record.ts';
import { hashTensor } from '../../src/core/random/hash.ts';
import { oneHot } from '../../src/core/tensor/tensor.ts';
import { simdEngine } from '../../src/simd/index.ts';
import { digest, fingerprint } from './digest.ts';

const CONFIG = ZOO.deit_tiny_distilled_patch16_224;
const PARAMS = namedParams(seededParams(1, CONFIG));
const image = hashTensor('image', 1, [1, CONFIG.channels, ...CONFIG.image], 2);
const targets: Tensors = { target: oneHot(CONFIG.classes, [281]), teacherTarget: oneHot(CONFIG.classes, [285]) };

const rightOf = <A>(what: string, result: Either<EngineError, A>): A => {
  if (isLeft(result)) throw new Error(`${what}: ${result.left.message}`);
  return result.right;
};

/** Logits of both heads, as in training. */
const forward: Program = (o, inputs) => {
  const { logits_cls: cls, logits_dist: dist } = forwardProgram(CONFIG)(o, inputs);
  return { cls, dist };
};

/** The loss of hard distillation, and its gradient by every parameter. */
const gradient: Program = (o, inputs) => {
  const loss = lossProgram(CONFIG, (p, logits, { target, teacherTarget }) => hardDistillation(p)(0.5, logits, target, teacherTarget));
  const all = valueAndGradient(loss)(o, inputs);
  return { loss: all.value, ...mapRecord((_, name) => all.gradient[name], PARAMS) };
};

const PASSES: Readonly<Record<string, { readonly program: Program; readonly inputs: Tensors }>> = {
  forward: { program: forward, inputs: { ...PARAMS, image } },
  gradient: { program: gradient, inputs: { ...PARAMS, image, ...targets } },
};

const simd = (threads: number) => async (): Promise<Engine> => rightOf('simd', await simdEngine({ dtype: 'F64', threads })());

/** Every engine whose bits are the reference's, the reference first. */
export const ENGINES = {
  reference: async (): Promise<Engine> => referenceEngine,
  'simd, 1 thread': simd(1),
  'simd, 2 threads': simd(2),
} as const;
export type EngineName = keyof typeof ENGINES;

/** What an engine gave for the full-size model. */
export interface FullBits {
  /** What ran, in the engine's words, one text a pass. */
  readonly describe: readonly string[];
  readonly digest: string;
  readonly seconds: number;
}

/** The bits of a forward pass and of a gradient of a full-size model on an engine. Throws where it cannot run them. */
export const fullBits = async (name: EngineName): Promise<FullBits> => {
  const start = performance.now();
  const engine = await ENGINES[name]();
  const prints: Record<string, string> = {};
  const describe: string[] = [];
  for (const [pass, { program, inputs }] of Object.entries(PASSES)) {
    const shapes = Object.fromEntries(Object.entries(inputs).map(([key, { shape }]) => [key, shape]));
    const plan = rightOf(name, await engine.compile(program, shapes)());
    describe.push(`${pass}: ${plan.describe}`);
    const outputs = rightOf(name, await plan.run(inputs)());
    plan.dispose();
    for (const [key, tensor] of Object.entries(outputs)) prints[`${pass} ${key}`] = fingerprint([tensor]);
  }
  engine.dispose();
  return { describe, digest: digest(prints), seconds: (performance.now() - start) / 1000 };
};
