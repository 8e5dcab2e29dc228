import type { Unary } from '../../src/core/language/ops.ts';
import { fraction, generator } from '../../src/core/random/generator.ts';

/** Functions whose error is measured. */
export type Measured = Unary | 'erfinv';

/** A stream of numbers in [0, 1) that a stratum draws from. */
type Draw = () => number;
/** One kind of point: where a function is used, or where its algorithm changes or is weakest. */
type Stratum = (draw: Draw) => number;

const between =
  (low: number, high: number): Stratum =>
  (draw) =>
    low + (high - low) * draw();
/** Every exponent alike, from 2^low to 2^high: subnormal numbers too. */
const magnitude =
  (low: number, high: number): Stratum =>
  (draw) =>
    (1 + draw()) * 2 ** Math.floor(low + (high - low) * draw());
const signed =
  (of: Stratum): Stratum =>
  (draw) =>
    (draw() < 0.5 ? -1 : 1) * of(draw);
const plus =
  (offset: number, of: Stratum): Stratum =>
  (draw) =>
    offset + of(draw);
/** A few doubles to either side of one of the numbers. */
const near =
  (...centres: readonly number[]): Stratum =>
  (draw) => {
    const view = new DataView(new ArrayBuffer(8));
    view.setFloat64(0, centres[Math.floor(draw() * centres.length)]);
    view.setBigInt64(0, view.getBigInt64(0) + BigInt(Math.floor(draw() * 9) - 4));
    return view.getFloat64(0);
  };
/** Halfway between multiples of ln 2, where the reduced argument of exp is longest. */
const halfway =
  (low: number, high: number): Stratum =>
  (draw) =>
    near((Math.floor(low + (high - low) * draw()) + 0.5) * Math.LN2)(draw);

const EVERYWHERE = signed(magnitude(-1074, 0));

const STRATA: { readonly [F in Measured]: readonly Stratum[] } = {
  exp: [
    between(-1, 1),
    between(-20, 1),
    between(-40, 40),
    between(-745.13, 709.78),
    between(-745.13, -707),
    signed(magnitude(-60, 3)),
    halfway(-1074, 1023),
    near(709.782712893384, -745.1332191019412, -708.3964185322641, Math.LN2 / 2, -Math.LN2 / 2),
  ],
  expm1: [
    between(-1, 1),
    between(-3, 3),
    between(-41, 41),
    between(-38, -30),
    between(0.3, 0.75),
    between(-1.1, -0.3),
    EVERYWHERE,
    halfway(-58, 1023),
    near(0.34657, -0.34657, 40, -40, Math.LN2),
  ],
  log: [
    between(0.5, 2),
    between(0.9, 1.1),
    between(0, 10),
    magnitude(-1074, 1023),
    plus(1, signed(magnitude(-52, -3))),
    between(0.69, 0.73),
    between(1.39, 1.43),
    near(1, 2, 0.5, Math.SQRT2, Math.SQRT1_2, 2 ** 32, 2 ** -32, 2 ** 31, 2 ** -1022),
  ],
  log1p: [
    between(-0.5, 1),
    between(-0.05, 0.05),
    between(-1, 0),
    EVERYWHERE,
    magnitude(-2, 1023),
    plus(-1, magnitude(-53, -1)),
    signed(magnitude(-34, -26)),
    near(Math.SQRT2 - 1, Math.SQRT1_2 - 1, -0.5, 1, 1e-9, -1e-9, 2 ** 52, 2 ** 53),
  ],
  erf: [
    between(-1, 1),
    between(-3, 3),
    between(0.5, 1.2),
    between(1, 6.1),
    EVERYWHERE,
    between(2, 2.3),
    near(0.75, -0.75, 6, 3 / Math.SQRT2),
  ],
  erfc: [
    between(-1, 1),
    between(-6, 3),
    between(0.4, 0.8),
    between(2, 27.2),
    between(26, 27.2),
    signed(magnitude(-70, 4)),
    near(0.75, -0.75, 6, 3 / Math.SQRT2, 0.55, 26.5432, 27.226),
  ],
  cdf: [
    between(-0.9, -0.6),
    between(-1.1, 1.1),
    between(-6, 3),
    between(-3.2, -2.8),
    between(-38.4, -3),
    between(-38.4, -37),
    signed(magnitude(-70, 5)),
    between(1, 9),
    near(1, -0.75, 3, -3, -37.5193, -38.485),
  ],
  gelu: [
    between(-0.9, -0.6),
    between(-1.1, 1.1),
    between(-6, 3),
    between(-3.2, -2.8),
    between(-38.5, -3),
    between(-38.5, -37),
    EVERYWHERE,
    between(1, 9.2),
    signed(magnitude(-34, -26)),
    near(1, -0.75, 3, -3, -37.6, -38.5, 9, 1e-9, -1e-9),
  ],
  sqrt: [between(0, 10), magnitude(-1074, 1023)],
  rsqrt: [between(0, 10), magnitude(-1074, 1023)],
  erfinv: [
    between(-1, 1),
    between(0.8, 1),
    EVERYWHERE,
    plus(-1, magnitude(-53, -1)),
    // 1 - e⁻⁴ to erf(2): √(-log(1 - x)) is above 2 there and the result below; then the worst that are known, of 130 million.
    between(0.9817, 0.9953),
    near(0.85, -0.85, 0.9995, 0.9836904328447198, 0.9875412403936215, 0.98561806075429559, 0.99120001992686146),
  ],
};

/** `n` fixed points for a function, its strata in turn. */
export const points = (f: Measured, n: number): readonly number[] => {
  let g = generator(20201223);
  const draw: Draw = () => {
    const [u, next] = fraction([])(g);
    g = next;
    return u.data[0];
  };
  return Array.from({ length: n }, (_, i) => STRATA[f][i % STRATA[f].length](draw));
};
