import { UNARY_FUNCTIONS } from '../../src/core/language/unary-functions.ts';
import { erfinv } from '../../src/core/math/index.ts';
import { type BigNumber, bigNumbers, elementary, exactly, nearest } from '../../src/precise/index.ts';
import { type Measured, points } from './points.ts';

/** Digits of the judge: its own error is below a millionth of an ulp. */
const DIGITS = 24;
const B = bigNumbers(DIGITS);
const PRECISE = elementary(B);
/** More digits where erf(y) - x cancels. */
const LONG = bigNumbers(DIGITS + 16);
const BY_LONG = elementary(LONG);

/** Power of two of the last place of x. */
const lastPlace = (x: number): number => {
  const view = new DataView(new ArrayBuffer(8));
  view.setFloat64(0, x);
  return Math.max(((view.getUint16(0) >> 4) & 0x7ff) - 1, 0) - 1074;
};

/** Distance of neighbouring doubles at x; below 2⁻¹⁰²² that of subnormal numbers. */
const ulp = (x: number): BigNumber => new B(2).pow(lastPlace(x));

/** The smallest normal double. */
const SMALLEST_NORMAL = 2 ** -1022;

/** `got - exact` in units of the last place of `exact`; 0 where both are beyond the range of doubles. */
const error = (got: number, exact: BigNumber): number => {
  const rounded = nearest(exact);
  if (!Number.isFinite(rounded) || !Number.isFinite(got)) return Object.is(rounded, got) ? 0 : Number.POSITIVE_INFINITY;
  return Number(exactly(B, got).minus(exact).div(ulp(rounded)).abs());
};

/** Error of `got` for erfinv(x): one step of Newton from it, which is exact enough this near. */
const inverseError = (x: number, got: number): number => {
  const { erf, erfc, exp } = BY_LONG;
  const y = exactly(LONG, got);
  const a = exactly(LONG, x);
  const off = y.abs().lt(1) ? erf(y).minus(a) : new LONG(1).minus(a.abs()).minus(erfc(y.abs()));
  const slope = exp(y.times(y).neg()).times('1.128379167095512573896158903121545171688');
  return Number(off.div(slope).div(ulp(got)).abs());
};

/** The worst error found, and where. */
export interface Worst {
  readonly error: number;
  readonly at: number;
}

const functionOf = (f: Measured): ((x: number) => number) => (f === 'erfinv' ? erfinv : UNARY_FUNCTIONS[f]);

/** The greater error; the first of two that are equal as far as the judge can tell. */
const worse = (a: Worst, b: Worst): Worst => (b.error > a.error + 1e-6 ? b : a);

/** Worst errors of a function over `n` points, in ulp; results below the smallest normal double apart. */
export const measure = (f: Measured, n: number, of = functionOf(f)): { readonly normal: Worst; readonly subnormal: Worst } => {
  let [normal, subnormal]: readonly Worst[] = [
    { error: 0, at: 0 },
    { error: 0, at: 0 },
  ];
  for (const x of points(f, n)) {
    const got = of(x);
    const found = { error: f === 'erfinv' ? inverseError(x, got) : error(got, PRECISE[f](exactly(B, x))), at: x };
    if (Math.abs(got) < SMALLEST_NORMAL) subnormal = worse(subnormal, found);
    else normal = worse(normal, found);
  }
  return { normal, subnormal };
};
