import { madd } from './lanes.ts';

/**
 * `n` rounds of twelve independent multiply-adds in registers, and nothing else: the fastest this module can go. One round is 24 operations a lane.
 * Kernels are measured against it.
 */
export function summit<T>(n: i32): f64 {
  const a = v128.splat<T>(0.9999 as T);
  const b = v128.splat<T>(n as f64 as T);
  let s0 = v128.splat<T>(1 as T);
  let s1 = v128.splat<T>(2 as T);
  let s2 = v128.splat<T>(3 as T);
  let s3 = v128.splat<T>(4 as T);
  let s4 = v128.splat<T>(5 as T);
  let s5 = v128.splat<T>(6 as T);
  let s6 = v128.splat<T>(7 as T);
  let s7 = v128.splat<T>(8 as T);
  let s8 = v128.splat<T>(9 as T);
  let s9 = v128.splat<T>(10 as T);
  let s10 = v128.splat<T>(11 as T);
  let s11 = v128.splat<T>(12 as T);
  for (; n > 0; n--) {
    s0 = madd<T>(s0, a, b);
    s1 = madd<T>(s1, a, b);
    s2 = madd<T>(s2, a, b);
    s3 = madd<T>(s3, a, b);
    s4 = madd<T>(s4, a, b);
    s5 = madd<T>(s5, a, b);
    s6 = madd<T>(s6, a, b);
    s7 = madd<T>(s7, a, b);
    s8 = madd<T>(s8, a, b);
    s9 = madd<T>(s9, a, b);
    s10 = madd<T>(s10, a, b);
    s11 = madd<T>(s11, a, b);
  }
  s0 = v128.add<T>(s0, s1);
  s0 = v128.add<T>(s0, s2);
  s0 = v128.add<T>(s0, s3);
  s0 = v128.add<T>(s0, s4);
  s0 = v128.add<T>(s0, s5);
  s0 = v128.add<T>(s0, s6);
  s0 = v128.add<T>(s0, s7);
  s0 = v128.add<T>(s0, s8);
  s0 = v128.add<T>(s0, s9);
  s0 = v128.add<T>(s0, s10);
  s0 = v128.add<T>(s0, s11);
  return v128.extract_lane<T>(s0, 0) as f64;
}
