import { bits, control } from '../bits/bits.ts';

/** What the page tells the test. */
export interface Report {
  readonly crossOriginIsolated: boolean;
  readonly bits: string;
  readonly control: string;
}

const run = async (): Promise<Report> => ({ crossOriginIsolated: globalThis.crossOriginIsolated, bits: bits(), control: control() });

Object.assign(globalThis, { report: run() });
