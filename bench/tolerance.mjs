/** Unit roundoff of each number type. */
export const ROUNDOFF = { f32: 2 ** -24, f64: 2 ** -53 };

/**
 * How far a result may be from the reference's, relative to its largest value: u · L · √K, for L operations one after the other and sums of up to
 * K products, whose roundings add up like a random walk (Higham and Mary 2019, SIAM J. Sci. Comput. 41(5), A2815).
 */
export const tolerance = (dtype, operations, longest) => ROUNDOFF[dtype] * operations * Math.sqrt(longest);

/** Operations one after the other in a DeiT: twelve a block, and patches, positions, last norm, head. */
export const depthOf = ({ depth }) => 12 * depth + 4;

/** The longest sum of a DeiT. */
export const longestSum = ({ hidden, channels, patch }, tokens) => Math.max(hidden, channels * patch * patch, tokens);

/** Largest difference of two arrays, and where. */
export const largestDifference = (got, want) => {
  let [worst, at] = [0, 0];
  for (let i = 0; i < want.length; i++) {
    const difference = Math.abs(got[i] - want[i]);
    if (Number.isNaN(difference)) return { worst: difference, at: i };
    if (difference > worst) [worst, at] = [difference, i];
  }
  return { worst, at };
};

/** Whether every bit is the same; zeros of either sign count as one number. */
export const sameNumbers = (got, want) => got.length === want.length && want.every((x, i) => x === got[i]);

const largest = (values) => values.reduce((most, x) => Math.max(most, Math.abs(x)), 0);

/**
 * The verdict on outputs by name. `allowed` gives the largest error of an output, relative to its largest value.
 *
 * @returns {{ ok: boolean, error: number, allowed: number, why?: string }} the worst output's error and allowance, relative
 */
export const judged = (got, want, allowed, exact = false) => {
  let worst = { ok: true, error: 0, allowed };
  for (const [name, values] of Object.entries(want)) {
    const given = got[name];
    if (given === undefined || given.length !== values.length)
      return { ok: false, error: Number.NaN, allowed, why: `${name} has ${given?.length ?? 'no'} numbers instead of ${values.length}` };
    if (exact) {
      if (!sameNumbers(given, values))
        return { ok: false, error: Number.NaN, allowed: 0, why: `${name} has other bits than the reference` };
      continue;
    }
    const { worst: difference, at } = largestDifference(given, values);
    const error = difference / largest(values);
    if (!(error <= allowed))
      return {
        ok: false,
        error,
        allowed,
        why: `${name}[${at}] is ${given[at]}, the reference has ${values[at]}: relative error ${error.toExponential(1)}`,
      };
    if (error > worst.error) worst = { ok: true, error, allowed };
  }
  return exact ? { ok: true, error: 0, allowed: 0 } : worst;
};
