// Whatever happens to whatever is offered, in however many threads and hand-overs: the sums are exact.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { addCounts } from '../../../src/measure/counts.ts';
import { Recorder } from '../../../src/measure/recorder.ts';
import { emptyCounts } from '../../../src/measure/slice.ts';
import { SliceStore } from '../../../src/measure/slice-store.ts';
import { sampleOf, startAtMicros } from '../../support/samples.ts';

const time = fc.integer({ min: 0, max: 10_000_000 });
const happening = fc.record({
  thread: fc.integer({ min: 0, max: 2 }),
  due: time,
  lag: fc.integer({ min: 0, max: 100_000 }),
  service: fc.integer({ min: 0, max: 5_000_000 }),
  what: fc.constantFrom(
    'ok',
    'status',
    'timeout',
    'censored',
    'dropped',
    'unsent',
    'flush',
    'effect',
    'clear',
  ),
});

describe('accounting', () => {
  it('is exact over threads, slices, edges and hand-overs', () => {
    fc.assert(
      fc.property(fc.array(happening, { maxLength: 120 }), time, (happenings, warmup) => {
        const threads = [0, 1, 2].map(() => new Recorder(startAtMicros, warmup));
        const store = new SliceStore(warmup);
        const flush = (thread: number): void => {
          for (const delta of threads[thread]?.flushDelta() ?? []) store.add(delta);
        };
        for (const { thread, due, lag, service, what } of happenings) {
          const recorder = threads[thread];
          const times = { due, started: due + lag, ended: due + lag + service };
          if (what === 'flush') flush(thread);
          else if (what === 'effect' || what === 'clear') {
            store.edge(due, what);
            for (const each of threads) each.edge(due, what);
          } else if (what === 'dropped' || what === 'unsent')
            recorder?.notStarted('ask', startAtMicros + due, what);
          else if (what === 'censored')
            recorder?.record(sampleOf(times, { error: 'timeout', censored: true }));
          else recorder?.record(sampleOf(times, { error: what === 'ok' ? null : what }));
        }
        [0, 1, 2].forEach(flush);

        const slices = store.slices();
        const total = emptyCounts();
        for (const { counts } of slices) addCounts(total, counts);
        const number = (...kinds: string[]): number =>
          happenings.filter(({ what }) => kinds.includes(what)).length;
        expect(total).toMatchObject({
          offered: number('ok', 'status', 'timeout', 'censored', 'dropped', 'unsent'),
          ok: number('ok'),
          okEnded: number('ok'),
          begun: number('ok', 'status', 'timeout', 'censored'),
          failed: number('status', 'timeout'),
          censored: number('censored'),
          dropped: number('dropped'),
          unsent: number('unsent'),
        });
        expect(total.offered).toBe(total.started + total.dropped + total.unsent);
        const measured = slices.reduce(
          (sum, { histograms }) => sum + (histograms.response?.totalCount ?? 0),
          0,
        );
        expect(measured).toBe(total.ok);
        // Slices neither overlap nor are longer than a second.
        slices.forEach((slice, index) => {
          expect(slice.endMicros).toBeGreaterThan(slice.startMicros);
          expect(slice.endMicros - slice.startMicros).toBeLessThanOrEqual(1_000_000);
          expect(slices[index + 1]?.startMicros ?? Infinity).toBeGreaterThanOrEqual(slice.endMicros);
        });
      }),
    );
  });
});
