/**
 * The oracle: proved error bounds, the table of operations, recipes of cases, known mistakes, the check that uses them,
 * and the protocol by which implementations in other languages are asked.
 */
export * from '../core/oracle/axes.ts';
export * from '../core/oracle/bound.ts';
export * from '../core/oracle/cases.ts';
export * from '../core/oracle/diagnose.ts';
export * from '../core/oracle/follow.ts';
export * from '../core/oracle/job.ts';
export * from '../core/oracle/judge.ts';
export * from '../core/oracle/mutants.ts';
export * from '../core/oracle/operation.ts';
export * from '../core/oracle/operations.ts';
export * from '../core/oracle/recipe.ts';
export * from './check.ts';
export * from './frame.ts';
export * from './model-case.ts';
export * from './report.ts';
export * from './request.ts';
export * from './self-check.ts';
export * from './subject.ts';
export * from './verdict.ts';
export * from './wire.ts';
