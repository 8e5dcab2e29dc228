/** What a command does: the numbers that the planner writes and the kernels read. One text for both. */
export const GEMM: i32 = 1;
export const PACK: i32 = 2;
export const ATTENTION: i32 = 3;
export const SOFTMAX: i32 = 4;
export const LOG_SOFTMAX: i32 = 5;
export const LAYER_NORM: i32 = 6;
export const SUM_ROWS: i32 = 7;
export const PEAK_ROWS: i32 = 8;
export const FOLD: i32 = 9;
export const ELEMENTWISE: i32 = 10;

/** The second choice of ELEMENTWISE: what is done to each element. Scalar functions follow in the order of the language. */
export const FILL: i32 = 0;
export const COPY: i32 = 1;
export const SCALE: i32 = 2;
export const SHIFT: i32 = 3;
export const ADD: i32 = 4;
export const SUB: i32 = 5;
export const MUL: i32 = 6;
export const DIV: i32 = 7;
export const UNARY_FIRST: i32 = 8;
