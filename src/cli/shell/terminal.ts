import { stripVTControlCharacters, styleText } from 'node:util';

type Style = Parameters<typeof styleText>[0];

/** Where a command speaks: results on `out`, progress and remarks on `note`; colour and progress only on a terminal. */
export interface Terminal {
  readonly out: (line: string) => void;
  readonly note: (line: string) => void;
  readonly style: (style: Style, text: string) => string;
  /** Says how far something is, and how long it will take still; the line is replaced by the next. `done` 0…1. */
  readonly progress: (label: string, done: number) => void;
}

/** The terminal of this process. */
export const processTerminal = (): Terminal => {
  const start = performance.now();
  const tty = process.stderr.isTTY === true;
  let shown = 0;
  const clear = (): void => {
    if (shown > 0) process.stderr.write(`\r${' '.repeat(shown)}\r`);
    shown = 0;
  };
  return {
    out: (line) => {
      clear();
      process.stdout.write(`${line}\n`);
    },
    note: (line) => {
      clear();
      process.stderr.write(`${line}\n`);
    },
    style: (style, text) => (process.stdout.isTTY === true && !process.env.NO_COLOR ? styleText(style, text) : text),
    progress: (label, done) => {
      if (!tty) return;
      const spent = (performance.now() - start) / 1000;
      const left = done > 0.02 ? `, ${Math.ceil((spent / done) * (1 - done))} s left` : '';
      const line = `${label} ${Math.round(100 * done)} %${left}`.slice(0, Math.max(0, (process.stderr.columns ?? 80) - 1));
      clear();
      process.stderr.write(line);
      shown = line.length;
    },
  };
};

/** Width of a text on the screen, without its colours. */
export const width = (text: string): number => stripVTControlCharacters(text).length;

const NUMBER = /^[-+]?[\d.,]+(e[-+]?\d+)?( ?[%a-zA-Z]{1,3})?$|^[-–∞]?$/;

/** Lines of columns, each as wide as its widest cell; a column whose cells below the first are numbers stands to the right. */
export const table = (rows: readonly (readonly string[])[]): readonly string[] => {
  const columns = [...Array(Math.max(0, ...rows.map((row) => row.length))).keys()];
  const widths = columns.map((j) => Math.max(...rows.map((row) => width(row[j] ?? ''))));
  const right = columns.map((j) => rows.length > 1 && rows.slice(1).every((row) => NUMBER.test(stripVTControlCharacters(row[j] ?? ''))));
  const cell = (text: string, j: number): string => {
    const space = ' '.repeat(widths[j] - width(text));
    return right[j] ? space + text : text + space;
  };
  return rows.map((row) => row.map(cell).join('  ').trimEnd());
};
