/**
 * The probability that each block's branches are dropped: linear from 0 in the first block to `rate` in the last
 * (timm 0.3.2: `torch.linspace(0, drop_path_rate, depth)`; DeiT trains with rate 0.1).
 *
 * @example
 * dropPathRates(3, 0.1) // [0, 0.05, 0.1]
 */
export const dropPathRates = (depth: number, rate: number): readonly number[] =>
  Array.from({ length: depth }, (_, i) => (depth === 1 ? 0 : (rate * i) / (depth - 1)));

/**
 * The factor of one sample's branch for a uniform draw in [0, 1): 0 or 1/keep, with keep = 1 − rate; at rate 1 always 0.
 * It is `floor(keep + u) / keep` (timm 0.3.2: layers/drop.py drop_path) for every u, except where that gives neither: 2 at
 * rate 0 where 1 + u rounds to 2, and 0/0 at rate 1.
 *
 * @example
 * [0.05, 0.5].map((u) => dropPathFactor(0.1, u)) // [0, 1.1111111111111112]
 */
export const dropPathFactor = (rate: number, draw: number): number => {
  const keep = 1 - rate;
  return keep + draw < 1 ? 0 : 1 / keep;
};
