import type { Terminal } from '../../src/cli/shell/terminal.ts';

/** A terminal that remembers what was said. */
export const listening = (): Terminal & { readonly said: string[]; readonly noted: string[] } => {
  const said: string[] = [];
  const noted: string[] = [];
  return { said, noted, out: (line) => said.push(line), note: (line) => noted.push(line), style: (_, text) => text, progress: () => {} };
};
