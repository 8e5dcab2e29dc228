import { describe, expect, it } from 'vitest';
import { COMMAND_BYTES, type Command, writeCommand } from '../../src/simd/compile/command.ts';
import * as code from '../../src/simd/kernels/operations.ts';
import { compiledKernels, type Dtype, kernelsOn, RESERVED } from '../../src/simd/modules.ts';

/** What a scalar function of this code makes of one number. */
const computed = (dtype: Dtype, f: number, x: number): number => {
  const compiled = compiledKernels(dtype, false);
  if (compiled === undefined) throw new Error('no SIMD here');
  const memory = new WebAssembly.Memory({ initial: 2, maximum: 65_536 });
  const view = new DataView(memory.buffer);
  const [stage, out, a] = [RESERVED + COMMAND_BYTES, 16_384, 20_480];
  const words = [1, 1, 1, out, a, a, 1, 8, 8, 8];
  const command: Command = { operation: code.ELEMENTWISE, kind: code.UNARY_FIRST + f, words };
  writeCommand(view, RESERVED, command, () => 0);
  view.setUint32(stage, RESERVED, true);
  view.setUint32(stage + 4, 1, true);
  view.setUint32(stage + 8, 1, true);
  const numbers = (at: number) => (dtype === 'F64' ? new Float64Array(memory.buffer, at, 1) : new Float32Array(memory.buffer, at, 1));
  numbers(a)[0] = x;
  kernelsOn(compiled.module, memory).work(stage, 0, 1, 1, 0, 0, 0, 32_768);
  return numbers(out)[0];
};

describe.each<Dtype>(['F64', 'F32'])('%s: a scalar function', (dtype) => {
  it('that the kernels know is computed', () => expect(computed(dtype, code.RSQRT, 4)).toBe(0.5));
  it.each([code.RSQRT + 1, 99])('that they do not know, %d, is a trap and not another one', (f) => {
    expect(() => computed(dtype, f, 4)).toThrow(WebAssembly.RuntimeError);
  });
});
