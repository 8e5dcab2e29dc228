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
 * The factor of one sample's branch for a uniform draw in [0, 1): `floor(keep + u) / keep`, 0 or 1/keep
 * (timm 0.3.2: layers/drop.py drop_path).
 *
 * @example
 * [0.05, 0.5].map((u) => dropPathFactor(0.1, u)) // [0, 1.1111111111111112]
 */
export const dropPathFactor = (rate: number, draw: number): number => Math.floor(1 - rate + draw) / (1 - rate);
