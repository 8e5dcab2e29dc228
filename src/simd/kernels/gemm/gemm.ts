import { address, word } from '../command.ts';
import { at, panelWidth } from '../lanes.ts';
import * as layout from '../layout.ts';
import { EDGE } from '../operations.ts';
import { gemmBlock } from './block.ts';
import { packPanels } from './pack.ts';

function panelBytes<T>(n: i32, k: i32): usize {
  const width = panelWidth<T>();
  return 32 * (k as usize) * (((n + width - 1) / width) as usize);
}

/** A task of a product of matrices, or of many: the words `GEMM_…` of a command say which. */
export function gemm<T>(command: usize, task: i32, scratch: usize): void {
  const m = word(command, layout.GEMM_M);
  const n = word(command, layout.GEMM_N);
  const k = word(command, layout.GEMM_K);
  const rowChunk = word(command, layout.GEMM_TASK_ROWS);
  const columnChunk = word(command, layout.GEMM_TASK_COLUMNS);
  const rowTasks = (m + rowChunk - 1) / rowChunk;
  const columnTasks = (n + columnChunk - 1) / columnChunk;
  const product = task / (rowTasks * columnTasks);
  const inside = task % (rowTasks * columnTasks);
  const i = (inside % rowTasks) * rowChunk;
  const j = (inside / rowTasks) * columnChunk;
  const columns = min(columnChunk, n - j);
  let a = address(command, layout.GEMM_A);
  let b = address(command, layout.GEMM_B);
  let c = address(command, layout.GEMM_C);
  let r = address(command, layout.GEMM_RESIDUAL);
  const table = address(command, layout.GEMM_TABLE);
  if (table !== 0) {
    const starts = table + layout.STARTS_BYTES * (product as usize);
    a += load<usize>(starts, 4 * layout.STARTS_GEMM_A);
    b += load<usize>(starts, 4 * layout.STARTS_GEMM_B);
    c += load<usize>(starts, 4 * layout.STARTS_GEMM_C);
    if (r !== 0) r += load<usize>(starts, 4 * layout.STARTS_GEMM_RESIDUAL);
  }
  const aRow = address(command, layout.GEMM_A_ROW);
  const cRow = address(command, layout.GEMM_C_ROW);
  const rRow = address(command, layout.GEMM_RESIDUAL_ROW);
  const bias = address(command, layout.GEMM_BIAS);
  let panels = at<T>(b, j * k);
  let strips = scratch + EDGE;
  if (word(command, layout.GEMM_PACKED) === 0) {
    const bColumn = address(command, layout.GEMM_B_COLUMN);
    panels = strips;
    packPanels<T>(columns, k, b + (j as usize) * bColumn, address(command, layout.GEMM_B_ROW), bColumn, panels);
    strips = panels + panelBytes<T>(columns, k);
  }
  const down = i as usize;
  gemmBlock<T>(
    min(rowChunk, m - i),
    columns,
    k,
    a + down * aRow,
    aRow,
    address(command, layout.GEMM_A_COLUMN),
    panels,
    at<T>(c + down * cRow, j),
    cRow,
    bias === 0 ? 0 : at<T>(bias, j),
    r === 0 ? 0 : at<T>(r + down * rRow, j),
    rRow,
    word(command, layout.GEMM_GELU),
    scratch,
    strips,
  );
}
