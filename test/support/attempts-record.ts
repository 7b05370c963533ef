// What a proxy might have seen of attempts during a fault: retries, then a circuit breaker that opens and probes.

import type { AttemptsRecord } from '../../src/record/attempts-schema.ts';

const quarterMicros = 250_000;

/** Attempts that all stall from `fromMicros` on; silences of a quarter of the fault each, with one probe between. */
export function attemptsRecord(
  fromMicros: number,
  untilMicros: number,
  more: Partial<AttemptsRecord> = {},
): AttemptsRecord {
  const quarter = (untilMicros - fromMicros) / 4;
  const silences = [1, 2].map((at) => ({
    ...{
      fromMicros: Math.round(fromMicros + at * quarter),
      forMicros: Math.round(quarter - 40_000),
      ended: true,
    },
  }));
  const timeline: AttemptsRecord['timeline'] = [];
  for (let at = Math.max(0, fromMicros - 3_000_000); at < untilMicros; at += quarterMicros) {
    const toMicros = Math.min(at + quarterMicros, untilMicros);
    const silent = silences.some(
      (silence) => at >= silence.fromMicros && toMicros <= silence.fromMicros + silence.forMicros,
    );
    const before = at < fromMicros;
    if (!silent)
      timeline.push({ fromMicros: at, toMicros, attempts: before ? 4 : 9, answered: before ? 4 : 1 });
  }
  return {
    ...{ fromMicros, untilMicros, complete: true },
    ...{ total: 96, answered: 12, givenUp: 70, serverEnded: 2, cut: 8, refused: 0, open: 4, withoutData: 1 },
    answerMicros: { p50: 18_000, p99: 41_000, count: 12 },
    connectionLifeMicros: { p50: 310_000, p99: 2_100_000, count: 80 },
    amplification: { value: 2.94, during: 2.97, steady: 1.01, requests: 32, reason: null },
    spacing: {
      ...{ p50Micros: null, p90Micros: null, count: 0, grows: null, varies: null },
      reason: 'about 2.4 requests were under way at a time, so their retries mix (needs at most 0.5)',
    },
    hold: { p50Micros: 301_000, maxMicros: 322_000, count: 70, waitingMicros: 120_000 },
    silence: {
      longestMicros: silences[0]?.forMicros ?? 0,
      totalMicros: silences.reduce((sum, { forMicros }) => sum + forMicros, 0),
      atLeast: false,
      smallestMicros: 480_000,
      list: silences,
      probes: 1,
      openForMicros: silences[0]?.forMicros ?? 0,
      reason: null,
    },
    timeline,
    ...more,
  };
}
