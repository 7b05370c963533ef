// When bad answers are more than bad luck: the exact upper tail of the binomial distribution.

/** A broken promise is called significant below this probability, where it is looked at once. */
const significanceLevel = 0.01;

/**
 * Where a run looks at the same thing a few times (steady state before and after each fault): four looks are wrong in one
 * of 1,000 runs at most.
 */
export const fewLooksLevel = 1 / 4_000;

/**
 * Where it looks again every second: the 60 looks of a minute are wrong in less than 2 of 1,000 runs, however they hang
 * together, and 15 bad ones of 15 are still seen where half may be bad (docs/decisions/0015).
 */
export const everySecondLevel = 1 / 32_000;

/** All that a fault touched, looked at once each: while it was in effect, after it, and together. */
export const wholeFaultLevel = 1 / 10_000;

const lanczos = [
  0.99999999999980993, 676.5203681218851, -1259.1392167224028, 771.32342877765313, -176.61502916214059,
  12.507343278686905, -0.13857109526572012, 9.9843695780195716e-6, 1.5056327351493116e-7,
] as const;

/** ln Γ(x) for x ≥ 1 (Lanczos, g = 7), good to about 15 digits. */
function lnGamma(x: number): number {
  const shifted = x - 1;
  let sum: number = lanczos[0];
  for (let index = 1; index < lanczos.length; index += 1) sum += (lanczos[index] ?? 0) / (shifted + index);
  const t = shifted + 7.5;
  return 0.5 * Math.log(2 * Math.PI) + (shifted + 0.5) * Math.log(t) - t + Math.log(sum);
}

function probabilityOf(k: number, n: number, p: number): number {
  const lnChoose = lnGamma(n + 1) - lnGamma(k + 1) - lnGamma(n - k + 1);
  return Math.exp(lnChoose + k * Math.log(p) + (n - k) * Math.log1p(-p));
}

/** P(Bin(n, p) ≥ k). Sums the shorter tail outward from k, so nothing cancels. */
export function binomialTail(k: number, n: number, p: number): number {
  if (k <= 0) return 1;
  if (k > n || p <= 0) return 0;
  if (p >= 1) return 1;
  const odds = p / (1 - p);
  if (k > n * p) {
    let term = probabilityOf(k, n, p);
    let sum = term;
    for (let i = k; i < n && term > sum * 1e-17; i += 1) {
      term *= ((n - i) / (i + 1)) * odds;
      sum += term;
    }
    return Math.min(1, sum);
  }
  let term = probabilityOf(k - 1, n, p);
  let below = term;
  for (let i = k - 1; i > 0 && term > below * 1e-17; i -= 1) {
    term *= i / ((n - i + 1) * odds);
    below += term;
  }
  return Math.max(0, 1 - below);
}

/** True when so many bad ones among n are significant against an allowed share. */
export function isSignificantlyBad(
  bad: number,
  total: number,
  allowedShare: number,
  level = significanceLevel,
): boolean {
  // At or below what is allowed the tail is half or more: no need to sum it.
  return bad > total * allowedShare && binomialTail(bad, total, allowedShare) < level;
}

/** True when so few could not be significant even if all of them were bad. */
export const isTooFewToTell = (total: number, allowedShare: number, level = significanceLevel): boolean =>
  allowedShare ** total >= level;
