// The process trees of the target as a record keeps them.

import type { ProcessSeriesRecord } from '../record/observed-schema.ts';
import type { ProcessSample } from '../system/system.ts';

export function processSeries(
  samples: readonly ProcessSample[],
  startAtMicros: number,
): ProcessSeriesRecord[] {
  const names = [...new Set(samples.map((sample) => sample.name))];
  return names.map((name) => ({
    name,
    points: samples
      .filter((sample) => sample.name === name && sample.atMicros >= startAtMicros)
      .map(({ name: _name, atMicros, ...values }) => ({
        atMicros: Math.round(atMicros - startAtMicros),
        ...values,
      })),
  }));
}
