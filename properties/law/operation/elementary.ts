import type { Program } from '../../../src/core/language/ops.ts';
import { zeros } from '../../../src/core/tensor/tensor.ts';
import { filled } from '../../formulas.ts';
import { drawnShapes, drawTensor, type TensorFamily, tensorSpecs } from '../../tensor-spec.ts';
import { equation, type Law } from '../law.ts';

const REAL: readonly TensorFamily[] = ['plain', 'integers', 'full', 'small-variance', 'tail'];

const law = (name: string, statement: string, families: readonly TensorFamily[], left: Program, right: Program, exact: Law['exact'] = 'nowhere'): Law => ({
  name,
  statement,
  exact,
  claims: drawnShapes(0, 2)
    .chain((shape) => tensorSpecs(shape, families))
    .map((x) => equation({ spec: { x }, inputs: { x: drawTensor(x) }, left, right })),
}); // biome-ignore format: one line

/** Identities between the scalar functions where all of them have slopes, each within the error of computing it. */
export const smoothLaws: readonly Law[] = [
  law('gelu: definition', 'gelu(x) = x·Φ(x)', REAL,
    (o, { x }) => ({ y: o.gelu(x) }),
    (o, { x }) => ({ y: o.mul(x, o.unary('cdf', x)) })),
  law('gelu: difference', 'gelu(x) − gelu(−x) = x', REAL,
    (o, { x }) => ({ y: o.sub(o.gelu(x), o.gelu(o.scale(-1, x))) }),
    (_, { x }) => ({ y: x })),
  law('erf: odd', 'erf(−x) = −erf(x)', REAL,
    (o, { x }) => ({ y: o.unary('erf', o.scale(-1, x)) }),
    (o, { x }) => ({ y: o.scale(-1, o.unary('erf', x)) }), 'reference'),
  law('erf and erfc', 'erf(x) + erfc(x) = 1', REAL,
    (o, { x }) => ({ y: o.add(o.unary('erf', x), o.unary('erfc', x)) }),
    (o, { x }) => ({ y: filled(o, x.shape, 1) })),
  law('cdf: symmetric', 'Φ(x) + Φ(−x) = 1', REAL,
    (o, { x }) => ({ y: o.add(o.unary('cdf', x), o.unary('cdf', o.scale(-1, x))) }),
    (o, { x }) => ({ y: filled(o, x.shape, 1) })),
  law('cdf: definition', 'Φ(x) = erfc(−x / √2) / 2', REAL,
    (o, { x }) => ({ y: o.unary('cdf', x) }),
    (o, { x }) => ({ y: o.scale(0.5, o.unary('erfc', o.scale(-Math.SQRT1_2, x))) })),
  law('exp of log', 'exp(log x) = x, x > 0', ['positive'],
    (o, { x }) => ({ y: o.unary('exp', o.unary('log', x)) }),
    (_, { x }) => ({ y: x })),
  law('log of exp', 'log(exp x) = x', [...REAL, 'far'],
    (o, { x }) => ({ y: o.unary('log', o.unary('exp', x)) }),
    (_, { x }) => ({ y: x })),
  law('exp of a sum', 'exp(x + 1) = exp(x)·exp(1)', ['plain', 'integers', 'tail', 'far'],
    (o, { x }) => ({ y: o.unary('exp', o.shift(1, x)) }),
    (o, { x }) => ({ y: o.mul(o.unary('exp', x), o.unary('exp', filled(o, x.shape, 1))) })),
  law('expm1', 'expm1(x) + 1 = exp(x)', [...REAL, 'far'],
    (o, { x }) => ({ y: o.shift(1, o.unary('expm1', x)) }),
    (o, { x }) => ({ y: o.unary('exp', x) })),
  law('log1p of expm1', 'log1p(expm1 x) = x', ['plain', 'small-variance'],
    (o, { x }) => ({ y: o.unary('log1p', o.unary('expm1', x)) }),
    (_, { x }) => ({ y: x })),
  law('log1p', 'log1p(x) = log(1 + x), x on a grid', ['positive'],
    (o, { x }) => ({ y: o.unary('log1p', x) }),
    (o, { x }) => ({ y: o.unary('log', o.shift(1, x)) })),
  law('sqrt', '√x·√x = x', ['positive'],
    (o, { x }) => ({ y: o.mul(o.unary('sqrt', x), o.unary('sqrt', x)) }),
    (_, { x }) => ({ y: x })),
  law('rsqrt', 'rsqrt(x)·√x = 1', ['positive'],
    (o, { x }) => ({ y: o.mul(o.unary('rsqrt', x), o.unary('sqrt', x)) }),
    (o, { x }) => ({ y: filled(o, x.shape, 1) })),
]; // biome-ignore format: one law a paragraph

/** Every scalar function that 0 may be given to, and its value there. */
const AT_ZERO = [['exp', 1], ['expm1', 0], ['log1p', 0], ['erf', 0], ['erfc', 1], ['cdf', 0.5], ['gelu', 0], ['sqrt', 0]] as const; // biome-ignore format: one line

/** Identities between the scalar functions, and what they are at 0, each within the error of computing it. */
export const elementaryLaws: readonly Law[] = [
  ...smoothLaws,
  {
    name: 'scalar functions at 0',
    statement: AT_ZERO.map(([f, y]) => `${f} 0 = ${y}`).join(', '),
    exact: 'nowhere',
    claims: drawnShapes(0, 2).map((shape) =>
      equation({
        spec: { x: { shape, value: 0 } },
        inputs: { x: zeros(shape) },
        left: (o, { x }) => Object.fromEntries(AT_ZERO.map(([f]) => [f, o.unary(f, x)])),
        right: (o, { x }) => Object.fromEntries(AT_ZERO.map(([f, y]) => [f, filled(o, x.shape, y)])),
      }),
    ),
  },
];
