/** A seed that nobody knows before it is drawn: cases of it cannot be prepared for. */
export const secretSeed = (): number => crypto.getRandomValues(new Uint32Array(1))[0];
