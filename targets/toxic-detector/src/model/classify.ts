// Applies trained weights to a comment.
import { featureBuckets, features } from './features.ts';

export interface Verdict {
  readonly prediction: 'toxic' | 'clean';
  /** Probability of the prediction, in [0.5, 1]. */
  readonly confidence: number;
}

/** `weights` as returned by `train`. */
export function classify(weights: Float32Array, text: string): Verdict {
  const buckets = features(text);
  const scale = buckets.length === 0 ? 0 : 1 / Math.sqrt(buckets.length);
  let score = weights[featureBuckets] ?? 0;
  for (const bucket of buckets) score += (weights[bucket] ?? 0) * scale;
  const toxic = 1 / (1 + Math.exp(-score));
  const confidence = Math.max(toxic, 1 - toxic);
  return { prediction: toxic >= 0.5 ? 'toxic' : 'clean', confidence: Math.round(confidence * 1e4) / 1e4 };
}
