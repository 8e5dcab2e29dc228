/**
 * AssemblyScript's 32-bit integer, as TypeScript sees it. Files in this folder, and in `part`, are one text for two compilers: `number` is
 * `f64` to both; whole numbers that are shifted or masked are `i32` inside a function, never in its signature.
 */
type i32 = number;
