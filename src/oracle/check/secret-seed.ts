/** Seeds below this have a thousand case numbers in a row each, below 2³² (`numberOf`). */
const SEEDS = 4_294_967;

/** A seed that nobody knows before it is drawn: cases of it cannot be prepared for. */
export const secretSeed = (): number => crypto.getRandomValues(new Uint32Array(1))[0] % SEEDS;
