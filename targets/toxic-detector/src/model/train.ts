// Trains the classifier: logistic regression over hashed n-grams by stochastic gradient descent.
import type { Example } from './corpus.ts';
import { featureBuckets, features } from './features.ts';

const epochs = 40;
const firstStep = 0.8;
const decay = 1e-6;

/** mulberry32, so that every start learns the same weights. */
function seededRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

function shuffle(order: Int32Array, random: () => number): void {
  for (let last = order.length - 1; last > 0; last -= 1) {
    const other = Math.floor(random() * (last + 1));
    const kept = order[last] ?? 0;
    order[last] = order[other] ?? 0;
    order[other] = kept;
  }
}

/** One gradient step on one example; features weigh 1/√n each, so long comments do not outweigh short ones. */
function step(weights: Float32Array, buckets: Int32Array, toxic: boolean, rate: number): void {
  const scale = buckets.length === 0 ? 0 : 1 / Math.sqrt(buckets.length);
  let score = weights[featureBuckets] ?? 0;
  for (const bucket of buckets) score += (weights[bucket] ?? 0) * scale;
  const error = (toxic ? 1 : 0) - 1 / (1 + Math.exp(-score));
  const push = rate * error * scale;
  for (const bucket of buckets) {
    const weight = weights[bucket] ?? 0;
    weights[bucket] = weight + push - rate * decay * weight;
  }
  weights[featureBuckets] = (weights[featureBuckets] ?? 0) + rate * error;
}

/**
 * Weights (one per bucket, then the bias) in shared memory, so that model threads need no copy.
 * Deterministic; keeps the thread that calls it busy for all of its `passes` over the examples.
 */
export function train(examples: readonly Example[], passes = epochs): SharedArrayBuffer {
  const shared = new SharedArrayBuffer((featureBuckets + 1) * Float32Array.BYTES_PER_ELEMENT);
  const weights = new Float32Array(shared);
  const hashed = examples.map((example) => features(example.text));
  const order = Int32Array.from(examples.keys());
  const random = seededRandom(7);
  for (let pass = 0; pass < passes; pass += 1) {
    shuffle(order, random);
    const rate = firstStep / (1 + pass);
    for (const index of order) {
      const example = examples[index];
      const buckets = hashed[index];
      if (example && buckets) step(weights, buckets, example.toxic, rate);
    }
  }
  return shared;
}
