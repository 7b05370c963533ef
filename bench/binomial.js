// Between which limits a share lies when it was counted in a few cases.

/** P(Bin(n, p) ≤ k). */
function atMost(k, n, p) {
  let term = (1 - p) ** n;
  let sum = term;
  for (let index = 1; index <= k; index += 1) {
    term *= ((n - index + 1) / index) * (p / (1 - p));
    sum += term;
  }
  return sum;
}

/** The share at which `holds` begins to be true, between 0 and 1. */
function shareWhere(holds) {
  let [low, high] = [0, 1];
  for (let step = 0; step < 50; step += 1) {
    const middle = (low + high) / 2;
    if (holds(middle)) high = middle;
    else low = middle;
  }
  return (low + high) / 2;
}

/** Exact 95 % interval of a share (Clopper and Pearson). */
export const limitsOf = (k, n) => [
  k === 0 ? 0 : shareWhere((p) => 1 - atMost(k - 1, n, p) > 0.025),
  k === n ? 1 : shareWhere((p) => atMost(k, n, p) < 0.025),
];
