/**
 * The oracle: proved error bounds, the table of operations, specs of cases, known mistakes, the check that uses them,
 * and the protocol by which implementations in other languages are asked.
 */

// The check.

export { CHECKED, type CheckOptions, checkOperation, checkOperations, isCheckedName } from './check/check.ts';
export { checkForward } from './check/check-forward.ts';
export { checkKernel, type KernelOptions } from './check/check-kernel.ts';
export { checkOutputs, type OutputsReport } from './check/check-outputs.ts';
export { judgingOf } from './check/judging.ts';
export { type ModelCase, modelCase } from './check/model-case.ts';
export { type Replayed, type ReplayReport, replayCase } from './check/replay.ts';
export { selfCheck } from './check/self-check.ts';
export { type ForwardReport, type OperationReport, overall, type Report, type Smallest, type Verdict } from './report/records.ts';
export { failureLines } from './report/text.ts';
export type { Kernel, KernelOutput } from './runner/kernel.ts';

// What it is made of: arithmetics, operations, their cases, bounds, mistakes.

export { ALGORITHMS, type Algorithm, type Arithmetic, FLOAT32, FLOAT64 } from '../core/engine/arithmetic.ts';
export { BFLOAT16, FLOAT16, JAX_CPU, ONNXRUNTIME_CPU, PYTORCH_CPU, TF32, WEBGPU } from '../core/engine/presets.ts';
export { type Bounded, bounded, exact, type OnTag, stored } from '../core/oracle/bound/interpreter.ts';
export { CASE_FAMILIES, type CaseFamily, type CaseSpec, type CaseValues } from '../core/oracle/case/case-spec.ts';
export { casesOf, defaultCount } from '../core/oracle/case/cases.ts';
export { drawCase, drawUpstream } from '../core/oracle/case/draw-case.ts';
export { diagnose, type Failing } from '../core/oracle/mistake/diagnose.ts';
export { type Mutant, plant, type Request } from '../core/oracle/mistake/mistake.ts';
export { MUTANTS, mutantNamed } from '../core/oracle/mistake/mistakes.ts';
export { diagnoseImage, IMAGE_MISTAKES, type ImageMistake } from '../core/oracle/mistake/structure/images.ts';
export { CORPUS, corpusOf, type FoundCase } from '../core/oracle/replay/corpus.ts';
export { readCase } from '../core/oracle/replay/read-case.ts';
export { showCase } from '../core/oracle/replay/show-case.ts';
export type { Axes, Lengths } from '../core/oracle/request/axes.ts';
export type { Input, Kind, Operation } from '../core/oracle/request/operation.ts';
export { isOperationName, OPERATION_NAMES, OPERATIONS, operationNamed, taskOf } from '../core/oracle/request/operation-table.ts';
export type { AttributesOf, CheckedName, InputsOf, OperationName, OutputsOf } from '../core/oracle/request/operation-types.ts';
export { type Gradient, programOf, type Task, type TaskOptions, type WantedTaps } from '../core/oracle/request/task.ts';
export { type Comparison, type Element, type FailureClass, judgeOutputs } from '../core/oracle/verdict/compare.ts';
export { type CaseVerdict, type Judging, judgeCase } from '../core/oracle/verdict/judge-case.ts';
export { judgeImage } from '../core/oracle/verdict/judge-image.ts';
export { boundsOf, judgeProgram } from '../core/oracle/verdict/judge-program.ts';
export { layerwise, type StepVerdict } from '../core/oracle/verdict/layerwise.ts';
export { judgeSampled, type Sample } from '../core/oracle/verdict/sampled.ts';
export { type Case, caseOf } from './runner/case.ts';

// The second tier: what is likely, where nothing useful is proved.

export { type Dose, diluted, doseOf } from '../core/oracle/mistake/dose.ts';
export { type Crowd, given, type Noisy, noise, type OnNoisyTag } from '../core/oracle/sigma/noise.ts';
export { inflation, type Likely, type Sampling, sigmaOf, sigmaOfSteps } from '../core/oracle/sigma/sigma-of.ts';
export { type Judgement, judgeBoth, type TwoTierVerdict } from '../core/oracle/verdict/second-tier.ts';
export { type Deviating, judgeStatistically, LAMBDA, type Statistics } from '../core/oracle/verdict/statistics.ts';

// The protocol.

export type { Subject } from './protocol/answer.ts';
export { encodeFrame, FRAME_LIMITS, type Frame, type FrameReader, frameReader, type ProtocolError } from './protocol/frame.ts';
export { serve } from './protocol/serve.ts';
export { receive, send, WIRE_TYPES, type WireType } from './protocol/wire.ts';
