// The normal distribution: its lower tail with full relative accuracy, and the quantile from it.

const density = (x: number): number => Math.exp((-x * x) / 2) / Math.sqrt(2 * Math.PI);

/** Φ(x) − ½ for |x| up to about 3: x · φ(x) · Σ x²ᵏ / (1 · 3 · 5 … (2k + 1)). */
function beyondMiddle(x: number): number {
  let term = x;
  let sum = x;
  for (let odd = 3; Math.abs(term) > 1e-17 * Math.abs(sum); odd += 2) {
    term *= (x * x) / odd;
    sum += term;
  }
  return sum * density(x);
}

/** 1 − Φ(x) for x from about 3: φ(x) / (x + 1/(x + 2/(x + 3/(x + …)))), Laplace's continued fraction. */
function farTail(x: number): number {
  let fraction = x;
  for (let step = 50; step >= 1; step -= 1) fraction = x + step / fraction;
  return density(x) / fraction;
}

/** Φ(x) = P(Z ≤ x). */
export function normalTail(x: number): number {
  if (x <= -3) return farTail(-x);
  if (x >= 3) return 1 - farTail(x);
  return 0.5 + beyondMiddle(x);
}

/** The x with Φ(x) = p, for 0 < p < 1. */
export function normalQuantile(p: number): number {
  if (!(p > 0 && p < 1)) throw new RangeError(`no quantile of ${p}`);
  let low = -40;
  let high = 40;
  for (;;) {
    const middle = (low + high) / 2;
    if (middle <= low || middle >= high) return low;
    if (normalTail(middle) < p) low = middle;
    else high = middle;
  }
}
