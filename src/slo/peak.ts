// The worst moment of a fault: the highest share of bad answers in a second that has enough of them to speak of a share.

import type { Slice } from '../measure/slice.ts';
import { secondMicros, secondsOf, type SlicesOfSecond } from './seconds.ts';
import { isFlowSeries } from './select.ts';

/** At 5/s one bad answer of five would be 20 %; fewer than this are joined with the seconds beside them. */
const fewestSamples = 10;

interface Peak {
  readonly share: number;
  readonly bad: number;
  readonly samples: number;
  /** From the start of the load: where its window begins. */
  readonly atMicros: number;
}

/** Around the time of a fault, from the start of the load. */
interface FeltTimes {
  readonly effectAtMicros: number;
  readonly clearedAtMicros: number | null;
  readonly untilMicros: number;
}

interface Counted {
  readonly startMicros: number;
  readonly isWhole: boolean;
  readonly offered: number;
  readonly bad: number;
}

function counted({ startMicros, endMicros, slices }: SlicesOfSecond): Counted {
  const offered = slices.reduce((sum, { counts }) => sum + counts.offered, 0);
  const ok = slices.reduce((sum, { counts }) => sum + counts.ok, 0);
  return { startMicros, isWhole: endMicros - startMicros >= secondMicros - 1, offered, bad: offered - ok };
}

/** From a second on as many as it takes; at the end, where there are no more, the ones before it too. Null: not so many. */
function windowAt(seconds: readonly Counted[], index: number): Peak | null {
  let [samples, bad] = [0, 0];
  const add = (second: Counted | undefined): void => {
    samples += second?.offered ?? 0;
    bad += second?.bad ?? 0;
  };
  let [first, next] = [index, index];
  while (samples < fewestSamples && next < seconds.length) add(seconds[next++]);
  while (samples < fewestSamples && first > 0) add(seconds[--first]);
  if (samples < fewestSamples) return null;
  return { share: bad / samples, bad, samples, atMicros: seconds[first]?.startMicros ?? 0 };
}

interface Felt {
  readonly window: Peak;
  /** How many a second of this time has: less than one is taken with the second before it. */
  readonly samplesOfSecond: number;
}

/** One window for each second of both sides in which anything was due. */
function feltIn(slices: readonly Slice[], times: FeltTimes): Felt[] {
  const { effectAtMicros, untilMicros } = times;
  const clearedAtMicros = Math.min(times.clearedAtMicros ?? untilMicros, untilMicros);
  const steps = slices.filter((slice) => !isFlowSeries(slice.series));
  const during = secondsOf(steps, effectAtMicros, clearedAtMicros).map(counted);
  const after = secondsOf(steps, clearedAtMicros, untilMicros).map(counted);
  const all = [...during, ...after];
  return all.flatMap(({ offered, isWhole }, index) => {
    if (offered === 0) return [];
    const [side, at] = index < during.length ? [during, index] : [after, index - during.length];
    const window = windowAt(side, at) ?? windowAt(all, index);
    if (window === null) return [];
    const withBefore = isWhole ? 0 : offered + (side[at - 1]?.offered ?? 0);
    return [{ window, samplesOfSecond: Math.max(window.samples, withBefore) }];
  });
}

/**
 * Over the steps, in 1 s windows by due time from the effect to the clear and from there to `untilMicros`; the first of
 * equals. What is good after the clear makes nothing better that was bad before it: seconds are joined across the clear
 * only where one side of it has too few of its own. Null with fewer than 10 samples in all.
 */
export const peakOf = (slices: readonly Slice[], times: FeltTimes): Peak | null =>
  feltIn(slices, times).reduce<Peak | null>(
    (peak, { window }) => (peak === null || window.share > peak.share ? window : peak),
    null,
  );

/** The fewest samples that a second of the same windows has: what so few cannot show, is not known of all of them. */
export const thinnestOf = (slices: readonly Slice[], times: FeltTimes): number =>
  Math.min(...feltIn(slices, times).map(({ samplesOfSecond }) => samplesOfSecond));
