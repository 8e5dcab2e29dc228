import { madd } from '../lanes.ts';
import { everywhere, expSum32 } from './exp32.ts';

const P9: usize = memory.data<f32>([-0.020623551681637764]);
const P8: usize = memory.data<f32>([0.11243606358766556]);
const P7: usize = memory.data<f32>([-0.22821465134620667]);
const P6: usize = memory.data<f32>([0.19178593158721924]);
const P5: usize = memory.data<f32>([-0.07942463457584381]);
const P4: usize = memory.data<f32>([0.09615743905305862]);
const P3: usize = memory.data<f32>([0.07838944345712662]);
const P2: usize = memory.data<f32>([0.11023546755313873]);
const P1: usize = memory.data<f32>([0.11957181245088577]);
const P0: usize = memory.data<f32>([0.11968669295310974]);
const SLOPE: usize = memory.data<f32>([0.3]);
const ONE: usize = memory.data<f32>([1]);
const UPPER: usize = memory.data<i32>([-4096]);
const MINUS_HALF: usize = memory.data<f32>([-0.5]);
// Beyond FAR the tail is 0 in f32.
const FAR: usize = memory.data<f32>([14.5]);

/**
 * `Φ(−a)` of four f32 numbers a ≥ 0, within 10 units of roundoff down to the smallest numbers: `e^(−a²/2) t P(t)`, t = 1 / (1 + 0.3 a), P of degree 9
 * fitted to `erfcx` on [0, 14.5] with relative error 4e-9. The square is exact: a = z + (a − z), z in 12 bits.
 */
export function tail32(a: v128): v128 {
  const t = f32x4.div(everywhere(ONE), f32x4.add(everywhere(ONE), f32x4.mul(everywhere(SLOPE), a)));
  // By pairs of coefficients: a chain of four products where Horner's rule has nine, each waiting for the one before.
  const t2 = f32x4.mul(t, t);
  const t4 = f32x4.mul(t2, t2);
  const p0 = madd<f32>(madd<f32>(everywhere(P3), t, everywhere(P2)), t2, madd<f32>(everywhere(P1), t, everywhere(P0)));
  const p4 = madd<f32>(madd<f32>(everywhere(P7), t, everywhere(P6)), t2, madd<f32>(everywhere(P5), t, everywhere(P4)));
  const p8 = madd<f32>(everywhere(P9), t, everywhere(P8));
  const p = madd<f32>(madd<f32>(p8, t4, p4), t4, p0);
  const z = v128.and(a, everywhere(UPPER));
  const minusHalf = everywhere(MINUS_HALF);
  const square = f32x4.mul(f32x4.mul(z, z), minusHalf);
  const rest = f32x4.mul(f32x4.mul(f32x4.sub(a, z), f32x4.add(a, z)), minusHalf);
  return f32x4.mul(expSum32(square, rest), f32x4.mul(p, t));
}

/** `x Φ(x)` of four f32 numbers: `max(x, 0) − |x| Φ(−|x|)`. */
export function gelu32(x: v128): v128 {
  const a = f32x4.pmin(f32x4.abs(x), everywhere(FAR));
  return f32x4.sub(f32x4.pmax(x, f32x4.splat(0)), f32x4.mul(a, tail32(a)));
}

/** `Φ(x)` of four f32 numbers. */
export function cdf32(x: v128): v128 {
  const q = tail32(f32x4.pmin(f32x4.abs(x), everywhere(FAR)));
  return v128.bitselect(q, f32x4.sub(everywhere(ONE), q), f32x4.lt(x, f32x4.splat(0)));
}
