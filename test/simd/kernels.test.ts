import { describe, expect, it } from 'vitest';
import { UNARY, UNARY_FUNCTIONS, type Unary } from '../../src/core/language/unary-functions.ts';
import { type Command, type Words, writeCommand } from '../../src/simd/compile/command.ts';
import * as layout from '../../src/simd/kernels/layout.ts';
import * as code from '../../src/simd/kernels/operations.ts';
import { compiledKernels, kernelsOn, RESERVED, type SimdDType } from '../../src/simd/modules.ts';

/** What a scalar function of this code makes of one number. */
const computed = (dtype: SimdDType, f: number, x: number): number => {
  const compiled = compiledKernels(dtype, false);
  if (compiled === undefined) throw new Error('no SIMD here');
  const memory = new WebAssembly.Memory({ initial: 2, maximum: 65_536 });
  const view = new DataView(memory.buffer);
  const [stage, out, a] = [RESERVED + layout.COMMAND_BYTES, 16_384, 20_480];
  const words: Words<'ELEMENTWISE'> = {
    [layout.ELEMENTWISE_COUNT]: 1,
    [layout.ELEMENTWISE_TASK_COUNT]: 1,
    [layout.ELEMENTWISE_AXES]: 1,
    [layout.ELEMENTWISE_OUT]: out,
    [layout.ELEMENTWISE_A]: a,
    [layout.ELEMENTWISE_B]: a,
  };
  const axis = { [layout.AXIS_LENGTH]: 1, [layout.AXIS_OUT]: 8, [layout.AXIS_A]: 8, [layout.AXIS_B]: 8 };
  const axisWords = Object.fromEntries(Object.entries(axis).map(([word, value]) => [layout.AXIS_FIRST + Number(word), value]));
  const command: Command = { operation: code.ELEMENTWISE, kind: code.UNARY_FIRST + f, words: { ...words, ...axisWords } };
  writeCommand(view, RESERVED, command, () => 0);
  view.setUint32(stage + 4 * layout.STAGE_FIRST_COMMAND, RESERVED, true);
  view.setUint32(stage + 4 * layout.STAGE_COMMANDS, 1, true);
  view.setUint32(stage + 4 * layout.STAGE_TASKS, 1, true);
  const numbers = (at: number) => (dtype === 'F64' ? new Float64Array(memory.buffer, at, 1) : new Float32Array(memory.buffer, at, 1));
  numbers(a)[0] = x;
  kernelsOn(compiled.module, memory).work(stage, 0, 1, 1, 0, 0, 0, 32_768);
  return numbers(out)[0];
};

/** What the kernels call each scalar function of the language. */
const NUMBERS: { readonly [F in Uppercase<Unary>]: number } = code;
const known = UNARY.map((f) => [f, NUMBERS[f.toUpperCase() as Uppercase<Unary>]] as const);

describe('the scalar functions of the language, which the compiler of TypeScript does not see in the kernels', () => {
  it('have numbers in the order of their table', () => expect(known.map(([, f]) => f)).toEqual([...UNARY.keys()]));
  it.each(known)('F64: %s has the bits of the reference', (name, f) => {
    for (const x of [-1.5, 0.375, 2.25]) expect(computed('F64', f, x)).toBe(UNARY_FUNCTIONS[name](x));
  });
  it.each(known)('F32: %s is near the reference', (name, f) => {
    for (const x of [0.375, 2.25]) expect(computed('F32', f, x) / UNARY_FUNCTIONS[name](x)).toBeCloseTo(1, 6);
  });
});

describe.each<SimdDType>(['F64', 'F32'])('%s: a scalar function', (dtype) => {
  it('that the kernels know is computed', () => expect(computed(dtype, code.RSQRT, 4)).toBe(0.5));
  it.each([UNARY.length, 99])('that they do not know, %d, is a trap and not another one', (f) => {
    expect(() => computed(dtype, f, 4)).toThrow(WebAssembly.RuntimeError);
  });
});
