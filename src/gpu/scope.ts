import type { Whole } from './source.ts';

/**
 * The lines and names of a kernel while it is written. There is one level of loops: what does not change in the loop goes
 * before it, and what has a name already keeps it.
 */
export interface Scope {
  readonly line: (text: string) => void;
  /** A line before the loop that is being written, or in it when `inner`. */
  readonly place: (inner: boolean, text: string) => void;
  readonly float: (expression: string, inner?: boolean) => string;
  readonly integer: (expression: string, inner?: boolean) => string;
  readonly loop: (from: number, n: number, body: (j: Whole) => void) => void;
  /** What `key` stands for, made the first time it is asked for. */
  readonly once: <A>(key: string, make: () => A) => A;
  /** Says beforehand what a key stands for. */
  readonly know: (key: string, value: unknown) => void;
  /** Everything outside of loops. */
  readonly text: () => string;
}

/**
 * An empty kernel.
 *
 * gpu.js gives a variable an integer type only when it is declared from a literal and incremented somewhere; every other
 * index would be a float32, wrong beyond 2²⁴. Hence `let i = 0; i++; i = …`.
 */
export const scope = (): Scope => {
  const outer: string[] = [];
  let lines = outer;
  let known = new Map<string, unknown>();
  let names = 0;
  const place = (inner: boolean, text: string): void => {
    (inner ? lines : outer).push(text);
  };
  return {
    line: (text) => place(true, text),
    place,
    float: (expression, inner = true) => {
      const name = `v${names++}`;
      place(inner, `let ${name} = ${expression};`);
      return name;
    },
    integer: (expression, inner = false) => {
      const name = `i${names++}`;
      place(inner, `let ${name} = 0; ${name}++; ${name} = ${expression};`);
      return name;
    },
    loop: (from, n, body) => {
      const j = `j${names++}`;
      const before = { lines, known };
      const inside: string[] = [];
      lines = inside;
      known = new Map(known);
      body({ text: j, inner: true });
      ({ lines, known } = before);
      place(true, `for (let ${j} = ${from}; ${j} < ${n}; ${j}++) { ${inside.join(' ')} }`);
    },
    once: <A>(key: string, make: () => A): A => {
      if (known.has(key)) return known.get(key) as A;
      const made = make();
      known.set(key, made);
      return made;
    },
    know: (key, value) => {
      known.set(key, value);
    },
    text: () => outer.join(' '),
  };
};
