// Attempts over time, as reports draw them: the proxy's own slices, joined where there are too many.

import type { AttemptsRecord } from '../../record/attempts-schema.ts';
import type { AttemptsBefore } from './seen.ts';

type Stretch = AttemptsRecord['timeline'][number];

const most = 400;

/** From the start of the load; what was before it is left out. */
export function timelineOf(parts: readonly (AttemptsBefore | null)[], startAtMicros: number): Stretch[] {
  const stretches = parts.flatMap((part) =>
    (part?.slices ?? []).map((slice) => ({
      fromMicros: Math.round(slice.startMicros - startAtMicros),
      toMicros: Math.round(slice.endMicros - startAtMicros),
      attempts: slice.attempts,
      answered: slice.answered,
    })),
  );
  let wanted = stretches.filter(({ fromMicros }) => fromMicros >= 0);
  for (let widthMicros = 500_000; wanted.length > most; widthMicros *= 2)
    wanted = joined(wanted, widthMicros);
  return wanted;
}

/** Neighbours in the same cell of a grid become one. */
function joined(stretches: readonly Stretch[], widthMicros: number): Stretch[] {
  const result: Stretch[] = [];
  for (const stretch of stretches) {
    const last = result.at(-1);
    const sameCell =
      last !== undefined &&
      Math.floor(last.fromMicros / widthMicros) === Math.floor(stretch.fromMicros / widthMicros);
    if (!sameCell) result.push(stretch);
    else
      result[result.length - 1] = {
        fromMicros: last.fromMicros,
        toMicros: stretch.toMicros,
        attempts: last.attempts + stretch.attempts,
        answered: last.answered + stretch.answered,
      };
  }
  return result;
}
