/** How many binary digits a number has from its first to its last that is not 0. */
const digitsOf = (x: number): number => {
  let m = Math.abs(x);
  if (m === 0 || !Number.isFinite(m)) return 0;
  while (!Number.isInteger(m)) m *= 2;
  while (m % 2 === 0) m /= 2;
  let digits = 0;
  for (; m >= 1; m = Math.floor(m / 2)) digits++;
  return digits;
};

/** A number to so many binary digits, the nearest. */
const toDigits = (x: number, digits: number): number => {
  let [m, unit] = [Math.abs(x), 1];
  const most = 2 * digitValue(digits - 1);
  for (; m >= most; m /= 2) unit *= 2;
  for (; m < most / 2; m *= 2) unit /= 2;
  return (x < 0 ? -1 : 1) * Math.round(m) * unit;
};
const digitValue = (digit: number): number => {
  let value = 1;
  for (let i = 0; i < digit; i++) value *= 2;
  return value;
};

const PLAIN: readonly number[] = [0, 1, -1, 0.5, -0.5];
/** How complicated a number is: the plainest, then those that are plain by their place, others by their digits. */
const rank = (x: number, plainest: number): number => {
  if (x === plainest && !Object.is(x, -0)) return -1;
  const plain = PLAIN.indexOf(x);
  return Object.is(x, -0) ? 0.5 : plain >= 0 ? plain : PLAIN.length + digitsOf(x);
};

/**
 * Simpler numbers to put in the place of one, the simplest first: 0, ±1, ±½, itself to the nearest whole, and to a few binary digits.
 *
 * @param plainest the simplest of all; 1 for a gain
 * @example
 * simplerNumbers(-2.6) // [0, 1, -1, 0.5, -0.5, -3, -2, -2.5, -2.625, -2.59375, -2.599609375]
 */
export const simplerNumbers = (x: number, plainest = 0): readonly number[] => {
  const rounded = x === 0 || !Number.isFinite(x) ? [] : [Math.round(x), ...[1, 2, 3, 5, 8, 12].map((digits) => toDigits(x, digits))];
  return [...new Set([plainest, ...PLAIN, ...rounded])].filter((simpler) => rank(simpler, plainest) < rank(x, plainest));
};
