import { madd } from './lanes.ts';

const MINUS_ONE: usize = memory.data<f64>([-1]);

/**
 * `n` rounds of operations in registers that do not wait for one another, and nothing else: the fastest this module can go. A round is 12 operations a
 * lane, products and sums in halves; with fused multiply-add 24, two in one. Kernels are measured against it.
 */
export function summit<T>(n: i32): f64 {
  // From memory: V8 makes a constant anew at every use.
  const a = v128.splat<T>(load<f64>(MINUS_ONE) as T);
  let p0 = v128.splat<T>(n as f64 as T);
  let p1 = v128.add<T>(p0, a);
  let p2 = v128.add<T>(p1, a);
  let p3 = v128.add<T>(p2, a);
  let p4 = v128.add<T>(p3, a);
  let p5 = v128.add<T>(p4, a);
  let s0 = v128.add<T>(p5, a);
  let s1 = v128.add<T>(s0, a);
  let s2 = v128.add<T>(s1, a);
  let s3 = v128.add<T>(s2, a);
  let s4 = v128.add<T>(s3, a);
  let s5 = v128.add<T>(s4, a);
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
