// Where one more value of the same kind is expected: the prediction interval of a normal sample, Student's t.

import type { Interval } from './signed-rank.ts';

/** mean ± t · s · √(1 + 1/n). Null for fewer than two values. `confidence`: 0.99. */
export function predictionInterval(_values: readonly number[], _confidence: number): Interval | null {
  throw new Error('not yet');
}
