/**
 * Where everything stands in a command and in a stage: the words, of 32 bits each, that `../compile` writes and the kernels read. One text for both.
 * Lengths are elements; addresses, and steps from one element, row or column to the next, are bytes.
 */

/** A command: what to do, a second choice inside it, and a float64 number, which takes two words. Each operation has words of its own after them. */
export const COMMAND_BYTES = 256;
export const OPERATION = 0;
export const KIND = 1;
export const FACTOR = 2;

/** A stage: its commands, its tasks, and how many of those are taken and done. A line of the cache each, since threads count in it. */
export const STAGE_BYTES = 64;
export const STAGE_FIRST_COMMAND = 0;
export const STAGE_COMMANDS = 1;
export const STAGE_TASKS = 2;
export const STAGE_TAKEN = 3;
export const STAGE_DONE = 4;

/**
 * `C = A B + bias + residual`, A `(m, k)` and B `(k, n)`: a task takes some rows, and columns in whole panels. `TABLE` is 0 for one product, else it
 * says where the operands of each begin, as `STARTS_GEMM` tells; bias and residual are 0 where there are none.
 */
export const GEMM_M = 4;
export const GEMM_N = 5;
export const GEMM_K = 6;
export const GEMM_TASK_ROWS = 7;
export const GEMM_TASK_COLUMNS = 8;
export const GEMM_A = 9;
export const GEMM_A_ROW = 10;
export const GEMM_A_COLUMN = 11;
export const GEMM_B = 12;
export const GEMM_B_ROW = 13;
export const GEMM_B_COLUMN = 14;
export const GEMM_C = 15;
export const GEMM_C_ROW = 16;
export const GEMM_BIAS = 17;
export const GEMM_RESIDUAL = 18;
export const GEMM_RESIDUAL_ROW = 19;
/** 1: GELU of the result. */
export const GEMM_GELU = 20;
export const GEMM_TABLE = 21;
/** 1: B is packed in panels already. */
export const GEMM_PACKED = 22;

/** B `(k, n)` in panels: a task takes some columns, in whole panels. */
export const PACK_N = 4;
export const PACK_K = 5;
export const PACK_TASK_COLUMNS = 6;
export const PACK_B = 7;
export const PACK_B_ROW = 8;
export const PACK_B_COLUMN = 9;
export const PACK_PANELS = 10;

/** `softmax(FACTOR · Q Kᵀ) V` of each head: Q `(m, d)`, K `(n, d)`, V `(n, e)`. `TABLE` says where those of each begin, as `STARTS_ATTENTION` tells. */
export const ATTENTION_M = 4;
export const ATTENTION_N = 5;
export const ATTENTION_D = 6;
export const ATTENTION_E = 7;
/** Rows of Q whose scores exist at a time. */
export const ATTENTION_TILE_ROWS = 8;
export const ATTENTION_TASK_ROWS = 9;
export const ATTENTION_Q = 10;
export const ATTENTION_Q_ROW = 11;
export const ATTENTION_K = 12;
export const ATTENTION_K_ROW = 13;
export const ATTENTION_V = 14;
export const ATTENTION_V_ROW = 15;
export const ATTENTION_OUT = 16;
export const ATTENTION_OUT_ROW = 17;
export const ATTENTION_TABLE = 18;

/** An entry of a table of starts, one for each product or head: bytes from the operand's own address. */
export const STARTS_BYTES = 16;
export const STARTS_GEMM_A = 0;
export const STARTS_GEMM_B = 1;
export const STARTS_GEMM_C = 2;
export const STARTS_GEMM_RESIDUAL = 3;
export const STARTS_ATTENTION_Q = 0;
export const STARTS_ATTENTION_K = 1;
export const STARTS_ATTENTION_V = 2;
export const STARTS_ATTENTION_OUT = 3;

/** Operations on `COUNT` rows of `LENGTH` neighbours, which give rows or one number a row. */
export const ROWS_COUNT = 4;
export const ROWS_LENGTH = 5;
export const ROWS_TASK_ROWS = 6;
export const ROWS_X = 7;
export const ROWS_X_ROW = 8;
export const ROWS_OUT = 9;
export const ROWS_OUT_ROW = 10;
/** LayerNorm's further ones. Its eps is `FACTOR`. */
export const NORM_GAIN = 11;
export const NORM_BIAS = 12;

/** Sums over `COUNT` rows of `LENGTH` neighbours, column by column: a task takes some columns. */
export const SUM_LEADING_COUNT = 4;
export const SUM_LEADING_LENGTH = 5;
export const SUM_LEADING_TASK_COLUMNS = 6;
export const SUM_LEADING_X = 7;
export const SUM_LEADING_X_ROW = 8;
export const SUM_LEADING_OUT = 9;

/** `out = a ∘ b` for each element, however they lie; then, for each of `AXES`, innermost first, the words of an axis. At most 12 axes. */
export const ELEMENTWISE_COUNT = 4;
export const ELEMENTWISE_TASK_COUNT = 5;
export const ELEMENTWISE_AXES = 6;
export const ELEMENTWISE_OUT = 7;
export const ELEMENTWISE_A = 8;
export const ELEMENTWISE_B = 9;
/** Where the first axis stands, words of an axis, and what they are: its length, and the steps of the operands along it. */
export const AXIS_FIRST = 10;
export const AXIS_WORDS = 4;
export const AXIS_LENGTH = 0;
export const AXIS_OUT = 1;
export const AXIS_A = 2;
export const AXIS_B = 3;
