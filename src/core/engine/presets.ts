import { type Arithmetic, FLOAT32 } from './arithmetic.ts';

/** 2⁻¹²⁶: what is smaller is 0 to who flushes. */
const SMALLEST_NORMAL = 1.1754943508222875e-38;

/**
 * PyTorch in float32 on a CPU: subnormals kept. Its GELU is made of an erf within 2.6 u here (2.13), and was met within 10 elsewhere; exp, log and tanh are
 * within 2. Measured: docs/results/2026-12-01-arithmetics.md.
 *
 * @example
 * PYTORCH_CPU.elementary(-3) // 10
 */
export const PYTORCH_CPU: Arithmetic = { ...FLOAT32, elementary: () => 10 };

/**
 * ONNX Runtime in float32 on a CPU: its softmax flushes what is below the smallest normal number. Measured as above.
 *
 * @example
 * ONNXRUNTIME_CPU.tiny // 1.1754943508222875e-38
 */
export const ONNXRUNTIME_CPU: Arithmetic = { ...FLOAT32, tiny: SMALLEST_NORMAL };

/**
 * JAX in float32 on a CPU: inputs and outputs flushed, erf within 5.2 u. Flax's LayerNorm needs `algorithms: ['one-pass-variance']` beside it. Measured as above.
 *
 * @example
 * [JAX_CPU.elementary(1), JAX_CPU.tiny] // [6, 1.1754943508222875e-38]
 */
export const JAX_CPU: Arithmetic = { ...FLOAT32, elementary: () => 6, tiny: SMALLEST_NORMAL };

/**
 * A shader in WGSL: exp within 3 + 2|x| ulp, which are twice as many u; subnormals may be flushed, and compilers may assume that there is no NaN. Promised by
 * the specification (WGSL §15.7.4), not measured.
 *
 * @example
 * WEBGPU.elementary(-2) // 14
 */
export const WEBGPU: Arithmetic = {
  ...FLOAT32,
  elementary: (x) => 6 + 4 * Math.abs(x),
  tiny: SMALLEST_NORMAL,
  propagatesNaN: false,
};

/**
 * bfloat16 stored, float32 accumulated, as matrix units and PyTorch's kernels of one operation have it.
 *
 * @example
 * BFLOAT16.storage // 0.00390625
 */
export const BFLOAT16: Arithmetic = { ...FLOAT32, elementary: () => 4, storage: 0.00390625, tiny: 9.183549615799121e-41 };

/**
 * float16 stored, float32 accumulated.
 *
 * @example
 * [FLOAT16.storage, FLOAT16.largest] // [0.00048828125, 65504]
 */
export const FLOAT16: Arithmetic = {
  ...FLOAT32,
  elementary: () => 4,
  storage: 0.00048828125,
  tiny: 5.9604644775390625e-8,
  largest: 65504,
};

/**
 * float32 whose matrix products round their factors to 11 bits, as NVIDIA's tensor cores do where TF32 is allowed.
 *
 * @example
 * TF32.products // 0.00048828125
 */
export const TF32: Arithmetic = { ...FLOAT32, products: 0.00048828125 };
