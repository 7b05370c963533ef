// Refusals within 0.2 ms around a p95, through recorder, slices and quantile: they never improve a percentile.

import { describe, expect, it } from 'vitest';
import { Recorder } from '../../../src/measure/recorder.ts';
import { SliceStore } from '../../../src/measure/slice-store.ts';
import { sampleOf, startAtMicros } from '../../support/samples.ts';
import { totalsOf } from '../../support/totals.ts';

const timeoutMicros = 2_000_000;

/** A thousand requests, one a millisecond; good answers take 100 ms, the first `refused` of each hundred are refused at once. */
function measured(refused: number) {
  const recorder = new Recorder(startAtMicros, 0);
  for (let n = 0; n < 1_000; n += 1) {
    const due = n * 1_000;
    if (n % 100 < refused) {
      const times = { started: due, ended: due + 200 };
      recorder.record(sampleOf(times, { error: 'connect', answered: false, bytes: 0, code: 'ECONNREFUSED' }));
    } else recorder.record(sampleOf({ started: due, ended: due + 100_000 }));
  }
  const store = new SliceStore(0);
  for (const delta of recorder.flushDelta()) store.add(delta);
  const slices = store.slices();
  store.close();
  return { slices, totals: totalsOf(slices, 'ask', timeoutMicros) };
}

describe('refusals within 0.2 ms', () => {
  it('leave p95 to the good answers when they are 4 %', () => {
    const { totals } = measured(4);
    expect(totals.counts).toMatchObject({ offered: 1_000, ok: 960, failed: 40, errors: { connect: 40 } });
    const p95 = totals.quantile('response', 0.95);
    expect(p95).toMatchObject({ atLeast: false, enough: true });
    expect(Math.abs(p95.valueMicros - 100_000)).toBeLessThanOrEqual(100);
    expect(totals.quantile('response', 0.99)).toMatchObject({ atLeast: true, valueMicros: timeoutMicros });
  });

  it('decide p95 when they are 6 %: at least the timeout, which breaks every promise below it', () => {
    const { totals } = measured(6);
    expect(totals.counts).toMatchObject({ offered: 1_000, ok: 940, failed: 60 });
    expect(totals.quantile('response', 0.95)).toMatchObject({ atLeast: true, valueMicros: timeoutMicros });
    expect(totals.quantile('service', 0.95)).toMatchObject({ atLeast: true, valueMicros: timeoutMicros });
  });

  it('are exactly at the edge with 5 %', () => {
    expect(measured(5).totals.quantile('response', 0.95)).toMatchObject({ atLeast: false });
  });

  it('never make the low percentiles faster, whatever their share', () => {
    for (const refused of [0, 4, 6, 40]) {
      const { totals } = measured(refused);
      for (const quantile of [0.01, 0.25, 0.5]) {
        expect(totals.quantile('response', quantile).valueMicros).toBeGreaterThan(99_000);
      }
    }
  });

  it('are told apart with the time they took', () => {
    const { slices } = measured(6);
    const failed = slices.flatMap(({ histograms }) => histograms.responseFailed ?? []);
    expect(failed.reduce((sum, histogram) => sum + histogram.totalCount, 0)).toBe(60);
    expect(Math.max(...failed.map(({ maxValue }) => maxValue))).toBeLessThan(210);
  });
});
