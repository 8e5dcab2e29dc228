/**
 * The oracle: proved error bounds, the table of operations, recipes of cases, known mistakes, the check that uses them,
 * and the protocol by which implementations in other languages are asked.
 */

// The check.

export { CHECKED, type CheckOptions, checkOperation, checkOperations } from './check.ts';
export { checkForward } from './check-forward.ts';
export { checkKernel, type Kernel, type KernelOptions, type KernelOutput } from './kernel.ts';
export { type ModelCase, modelCase } from './model-case.ts';
export { failureLines } from './report.ts';
export { selfCheck } from './self-check.ts';
export { type ForwardReport, type OperationReport, overall, type Report, type Verdict } from './verdict.ts';

// What it is made of: operations, their cases, bounds, mistakes.

export type { Axes, Lengths } from '../core/oracle/axes.ts';
export { type Bounded, bounded, exact, type OnTag, stored } from '../core/oracle/bound.ts';
export { casesOf } from '../core/oracle/cases.ts';
export { diagnose, type Failing } from '../core/oracle/diagnose.ts';
export { boundsOf, follow, judged, type Step } from '../core/oracle/follow.ts';
export { type Gradient, type Job, type JobOptions, programOf, type Taps } from '../core/oracle/job.ts';
export { type Comparison, type Element, type FailureClass, judge } from '../core/oracle/judge.ts';
export { MUTANTS, type Mutant, mutantNamed, plant } from '../core/oracle/mutants.ts';
export type { Input, Kind, Operation } from '../core/oracle/operation.ts';
export { jobOf, OPERATION_NAMES, OPERATIONS, operationNamed } from '../core/oracle/operations.ts';
export { draw, drawUpstream, FAMILIES, type Family, type Recipe } from '../core/oracle/recipe.ts';
export { type Case, caseOf } from './case.ts';

// The protocol.

export type { Subject } from './answer.ts';
export { encodeFrame, FRAME_LIMITS, type Frame, type FrameReader, frameReader, type ProtocolError } from './frame.ts';
export { serve } from './subject.ts';
export { receive, send, WIRE_TYPES, type WireType } from './wire.ts';
