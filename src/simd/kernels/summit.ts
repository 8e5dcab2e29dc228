import { madd } from './lanes.ts';

/**
 * `n` rounds of operations in registers that do not wait for one another, and nothing else: the fastest this module can go. A round is 12 operations a
 * lane, products and sums in halves; with fused multiply-add 24, two in one. Kernels are measured against it.
 */
export function summit<T>(n: i32): f64 {
  const a = v128.splat<T>(0.999 as T);
  let p0 = v128.splat<T>(1 as T);
  let p1 = v128.splat<T>(2 as T);
  let p2 = v128.splat<T>(3 as T);
  let p3 = v128.splat<T>(4 as T);
  let p4 = v128.splat<T>(5 as T);
  let p5 = v128.splat<T>(6 as T);
  let s0 = v128.splat<T>(8 as T);
  let s1 = v128.splat<T>(9 as T);
  let s2 = v128.splat<T>(10 as T);
  let s3 = v128.splat<T>(11 as T);
  let s4 = v128.splat<T>(12 as T);
  let s5 = v128.splat<T>(13 as T);
  if (isDefined(FUSED) && sizeof<T>() === 4) {
    for (; n > 0; n--) {
      p0 = madd<T>(a, a, p0);
      s0 = madd<T>(a, a, s0);
      p1 = madd<T>(a, a, p1);
      s1 = madd<T>(a, a, s1);
      p2 = madd<T>(a, a, p2);
      s2 = madd<T>(a, a, s2);
      p3 = madd<T>(a, a, p3);
      s3 = madd<T>(a, a, s3);
      p4 = madd<T>(a, a, p4);
      s4 = madd<T>(a, a, s4);
      p5 = madd<T>(a, a, p5);
      s5 = madd<T>(a, a, s5);
    }
  } else {
    for (; n > 0; n--) {
      p0 = v128.mul<T>(p0, a);
      s0 = v128.add<T>(s0, a);
      p1 = v128.mul<T>(p1, a);
      s1 = v128.add<T>(s1, a);
      p2 = v128.mul<T>(p2, a);
      s2 = v128.add<T>(s2, a);
      p3 = v128.mul<T>(p3, a);
      s3 = v128.add<T>(s3, a);
      p4 = v128.mul<T>(p4, a);
      s4 = v128.add<T>(s4, a);
      p5 = v128.mul<T>(p5, a);
      s5 = v128.add<T>(s5, a);
    }
  }
  s0 = v128.add<T>(s0, p0);
  s0 = v128.add<T>(s0, v128.add<T>(s1, p1));
  s0 = v128.add<T>(s0, v128.add<T>(s2, p2));
  s0 = v128.add<T>(s0, v128.add<T>(s3, p3));
  s0 = v128.add<T>(s0, v128.add<T>(s4, p4));
  s0 = v128.add<T>(s0, v128.add<T>(s5, p5));
  return v128.extract_lane<T>(s0, 0) as f64;
}
