/** What a command does: the numbers that the compiler writes and the kernels read. One text for both. */
export const GEMM = 1;
export const PACK = 2;
export const ATTENTION = 3;
export const SOFTMAX = 4;
export const LOG_SOFTMAX = 5;
export const LAYER_NORM = 6;
export const SUM_ROWS = 7;
export const MAX_ROWS = 8;
export const SUM_LEADING = 9;
export const ELEMENTWISE = 10;

/** The second choice of ELEMENTWISE: what is done to each element. Scalar functions follow. */
export const FILL = 0;
export const COPY = 1;
export const SCALE = 2;
export const SHIFT = 3;
export const ADD = 4;
export const SUB = 5;
export const MUL = 6;
export const DIV = 7;
export const UNARY_FIRST = 8;

/** Scalar functions, as `math/elementary.ts` knows them. */
export const EXP = 0;
export const EXPM1 = 1;
export const LOG = 2;
export const LOG1P = 3;
export const ERF = 4;
export const ERFC = 5;
export const CDF = 6;
export const GELU = 7;
export const SQRT = 8;
export const RSQRT = 9;

/** Bytes at the start of a thread's scratch for one tile that hangs over an edge. */
export const EDGE = 512;

/**
 * Rows of a tile. A product that is not fused with its sum needs a register in between, which leaves V8's sixteen room for four rows; fused ones leave
 * room for a fifth, 8 to 10 % faster (a sixth is faster still on a core of its own, and no faster than four on one that others share).
 */
export const TILE_ROWS = 4;
export const FUSED_TILE_ROWS = 5;

/** Longest run of products before a tile goes back to memory, so that a panel stays in the first-level cache: panels of at most 32 KiB. */
export const DEPTH = 1024;
