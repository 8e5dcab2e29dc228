/**
 * Arbitrary precision: the language over decimal numbers, which measures the error of every other interpreter. Importing it
 * loads mathjs, about a second: import it where it is needed, `await import('deit-oracle/precise')`.
 */
export { type BigNumber, type BigNumbers, bigNumbers, exactly, nearest } from './big-number.ts';
export { elementary } from './elementary.ts';
export { precise } from './precise.ts';
export { fromPrecise, type Precise, preciseTensor, toPrecise } from './tensor.ts';
