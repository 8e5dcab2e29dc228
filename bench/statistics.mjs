/** The value below which a share of sorted-or-not numbers lies, interpolated. */
export const quantile = (share, values) => {
  const sorted = [...values].sort((a, b) => a - b);
  const at = share * (sorted.length - 1);
  const low = Math.floor(at);
  return sorted[low] + (at - low) * ((sorted[low + 1] ?? sorted[low]) - sorted[low]);
};

export const median = (values) => quantile(0.5, values);

/** Median, quartiles, extremes and number of some times. */
export const summary = (values) => ({
  median: median(values),
  quartiles: [quantile(0.25, values), quantile(0.75, values)],
  range: [quantile(0, values), quantile(1, values)],
  runs: values.length,
});

/**
 * How many times as fast `rounds` is as `other`, both as times round by round: the median over rounds of the ratio of their medians.
 * A clock that drifts changes both sides of a round alike.
 */
export const ratio = (rounds, other) => {
  const each = rounds.map((times, i) => median(other[i]) / median(times));
  return { median: median(each), range: [Math.min(...each), Math.max(...each)] };
};

/** The exponent of y ∝ xᵃ that fits best in logarithms. */
export const exponent = (xs, ys) => {
  const [u, v] = [xs.map(Math.log), ys.map(Math.log)];
  const mean = (values) => values.reduce((sum, x) => sum + x, 0) / values.length;
  const [mu, mv] = [mean(u), mean(v)];
  return u.reduce((sum, x, i) => sum + (x - mu) * (v[i] - mv), 0) / u.reduce((sum, x) => sum + (x - mu) ** 2, 0);
};
