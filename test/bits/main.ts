// Prints the bits of this engine. A module of its own because shells of engines (gjs, jsc) have `print` and no `console`.
import { bits, control } from './bits.ts';

const { print = console.log } = globalThis as { readonly print?: (text: string) => void };
print(bits());
print(`${control()}  control`);
