/** Turns of the loop in a run. */
const TURNS = 2_000_000;

/** Ten independent chains of `a ← a·b + c`: the most products and sums that JavaScript reaches on one thread, one number at a time. */
const chains = (turns) => {
  let [a, b, c, d, e] = [1, 1, 1, 1, 1];
  let [f, g, h, i, j] = [1, 1, 1, 1, 1];
  for (let turn = 0; turn < turns; turn++) {
    a = a * 0.5 + 1;
    b = b * 0.5 + 1;
    c = c * 0.5 + 1;
    d = d * 0.5 + 1;
    e = e * 0.5 + 1;
    f = f * 0.5 + 1;
    g = g * 0.5 + 1;
    h = h * 0.5 + 1;
    i = i * 0.5 + 1;
    j = j * 0.5 + 1;
  }
  return a + b + c + d + e + f + g + h + i + j;
};

export const load = async () => ({
  describe: 'ten chains of a·b + c in registers, JavaScript numbers',
  flops: 20 * TURNS,
  run: async () => {
    const sum = chains(TURNS);
    if (sum !== 20) throw new Error(`the chains gave ${sum} instead of 20`);
    return {};
  },
});
