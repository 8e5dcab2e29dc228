/** Numbers: scalar functions within 1 ulp and with the same bits on every JavaScript engine, and random numbers as values. */

export * from './core/math/index.ts';
export { fraction, type Generator, generator, normal, type Random, symmetric } from './core/random/generator.ts';
