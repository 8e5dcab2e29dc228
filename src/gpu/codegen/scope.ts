import type { Whole } from '../trace/graph.ts';

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

/** The start of an integer variable's declaration; see `scope`. */
const integerVariable = (name: string): string => `let ${name} = this.output.x; ${name}++; ${name} =`;

/**
 * An empty kernel.
 *
 * gpu.js makes every number a float32, wrong as an index beyond 2²⁴, but for a variable that is declared from a literal
 * integer and incremented somewhere. A written literal loses that quality when a kernel is translated a second time (as
 * WebAssembly kernels are); `this.output.x`, which is one too, keeps it. Hence `let i = this.output.x; i++; i = …`.
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
      place(inner, `${integerVariable(name)} ${expression};`);
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
      const counted = inside.some((text) => text.includes(j));
      if (counted) place(true, `${integerVariable(j)} ${from};`);
      place(true, `for (let t = ${from}; t < ${n}; t++) { ${inside.join(' ')} ${counted ? `${j}++;` : ''} }`);
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
