// Student's t distribution for whole degrees of freedom: exact finite sums, and the quantile from them.

/**
 * P(|T| ≤ √df · tan θ) for 0 ≤ θ ≤ π/2: the finite sums of Abramowitz and Stegun (1964), 26.7.3 and 26.7.4. No
 * approximation but rounding.
 */
function withinAngle(theta: number, df: number): number {
  const sine = Math.sin(theta);
  const square = Math.cos(theta) ** 2;
  const odd = df % 2 === 1;
  let term = odd ? Math.cos(theta) : 1;
  let sum = 0;
  for (let power = odd ? 1 : 0; power <= df - 2; power += 2) {
    sum += term;
    term *= (square * (power + 1)) / (power + 2);
  }
  return odd ? (2 / Math.PI) * (theta + sine * sum) : sine * sum;
}

/**
 * The t with P(|T| ≤ t) = `confidence`: how many standard errors an interval of this confidence reaches to each side.
 * `df`: degrees of freedom, a whole number from 1. Throws RangeError otherwise.
 */
export function studentReach(confidence: number, df: number): number {
  if (!Number.isInteger(df) || df < 1) throw new RangeError(`${df} degrees of freedom`);
  if (!(confidence >= 0 && confidence < 1)) throw new RangeError(`a confidence of ${confidence}`);
  let low = 0;
  let high = Math.PI / 2;
  for (;;) {
    const middle = (low + high) / 2;
    if (middle <= low || middle >= high) return Math.sqrt(df) * Math.tan(low);
    if (withinAngle(middle, df) < confidence) low = middle;
    else high = middle;
  }
}
