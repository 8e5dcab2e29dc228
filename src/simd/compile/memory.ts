import { COMMAND_BYTES, STAGE_BYTES } from '../kernels/layout.ts';
import { RESERVED } from '../modules.ts';
import type { BufferView } from './buffer-view.ts';
import type { Builder, Content } from './builder.ts';
import { places } from './command.ts';

/** Where everything of a plan lies in its memory, in bytes. */
export interface Memory {
  readonly commands: number;
  readonly stages: number;
  /** Start of each buffer; −1 for one that nothing needs. */
  readonly buffers: readonly number[];
  /** Start of the first thread's scratch, and bytes of each. */
  readonly scratch: number;
  readonly scratchBytes: number;
  readonly report: MemoryReport;
}

/** What a plan's memory is for, in bytes. */
export interface MemoryReport {
  /** Inputs that stay between runs, state among them, and constants. */
  readonly resident: number;
  /** Everything else while it is needed: reused when it is not. */
  readonly working: number;
  /** The most that is needed at one time: no plan could do with less. */
  readonly live: number;
  /** Commands, tables, and what each thread needs for itself. */
  readonly overhead: number;
  readonly total: number;
}

interface Span {
  readonly buffer: number;
  readonly bytes: number;
  readonly from: number;
  readonly to: number;
}

/** A line of the cache. */
const LINE = 64;
const aligned = (bytes: number): number => Math.ceil(bytes / LINE) * LINE;
const KEPT: readonly Content['kind'][] = ['resident', 'state', 'packed', 'constant', 'table'];
const isKept = (kind: Content['kind']): boolean => KEPT.includes(kind);

/** From which stage to which each buffer is needed. Inputs come before the first stage, outputs are read after the last. */
const spansOf = ({ buffers, stages }: Builder, outputs: readonly BufferView[]): readonly Span[] => {
  const from = new Map<number, number>();
  const to = new Map<number, number>();
  const touch = (buffer: number, at: number): void => {
    from.set(buffer, Math.min(from.get(buffer) ?? at, buffers[buffer].content.kind === 'input' ? -1 : at));
    to.set(buffer, Math.max(to.get(buffer) ?? at, at));
  };
  stages.forEach((stage, at) => {
    for (const { buffer } of places(stage)) touch(buffer, at);
  });
  for (const { buffer } of outputs) touch(buffer, stages.length);
  buffers.forEach(({ content }, buffer) => {
    if (content.kind === 'state') touch(buffer, stages.length);
  });
  return [...from].map(([buffer, first]) => ({ buffer, bytes: aligned(buffers[buffer].bytes), from: first, to: to.get(buffer) as number }));
};

/**
 * Starts for buffers that share memory, none overlapping another of its time: largest first, each in the lowest gap that holds it
 * (Pisarchyk and Lee 2020, arXiv 2001.03288, greedy by size).
 */
const packed = (spans: readonly Span[]): { readonly starts: ReadonlyMap<number, number>; readonly bytes: number } => {
  const placed: { readonly span: Span; readonly start: number }[] = [];
  const starts = new Map<number, number>();
  let bytes = 0;
  for (const span of [...spans].sort((a, b) => b.bytes - a.bytes || a.buffer - b.buffer)) {
    let start = 0;
    for (const other of placed) {
      if (other.span.from > span.to || other.span.to < span.from) continue;
      if (other.start - start >= span.bytes) break;
      start = Math.max(start, other.start + other.span.bytes);
    }
    const at = placed.findIndex((other) => other.start > start);
    placed.splice(at < 0 ? placed.length : at, 0, { span, start });
    starts.set(span.buffer, start);
    bytes = Math.max(bytes, start + span.bytes);
  }
  return { starts, bytes };
};

/** The most bytes that are needed at one time. */
const largestLive = (spans: readonly Span[]): number => {
  const change = new Map<number, number>();
  for (const { from, to, bytes } of spans) {
    change.set(from, (change.get(from) ?? 0) + bytes);
    change.set(to + 1, (change.get(to + 1) ?? 0) - bytes);
  }
  let [now, most] = [0, 0];
  for (const at of [...change.keys()].sort((a, b) => a - b)) {
    now += change.get(at) as number;
    most = Math.max(most, now);
  }
  return most;
};

/** Lay out the memory of a plan. Nothing is allocated. */
export const layOut = (b: Builder, outputs: readonly BufferView[]): Memory => {
  const spans = spansOf(b, outputs);
  const kindOf = ({ buffer }: Span): Content['kind'] => b.buffers[buffer].content.kind;
  const kept = spans.filter((span) => isKept(kindOf(span)));
  const working = spans.filter((span) => !isKept(kindOf(span)));
  const commands = RESERVED;
  const stages = commands + COMMAND_BYTES * b.stages.reduce((n, stage) => n + stage.commands.length, 0);
  const buffers: number[] = b.buffers.map(() => -1);
  let end = stages + STAGE_BYTES * b.stages.length;
  let resident = 0;
  for (const span of kept) {
    buffers[span.buffer] = end;
    end += span.bytes;
    if (kindOf(span) !== 'table') resident += span.bytes;
  }
  const { starts, bytes } = packed(working);
  for (const [buffer, start] of starts) buffers[buffer] = end + start;
  const scratch = end + bytes;
  const scratchBytes = aligned(b.scratch) + LINE;
  const total = scratch + b.threads * scratchBytes;
  const report = { resident, working: bytes, live: largestLive(working), overhead: total - resident - bytes, total };
  return { commands, stages, buffers, scratch, scratchBytes, report };
};
