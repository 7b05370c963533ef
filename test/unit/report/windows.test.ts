// Slices in windows: nothing is lost or counted twice, and no percentile is drawn that the samples do not carry.

import { expect, test } from 'vitest';
import { samplesNeeded } from '../../../src/measure/quantile.ts';
import { percentileLine } from '../../../src/report/latency-charts.ts';
import { coarser, countSpans, endOf, seriesSpans, type Span } from '../../../src/report/windows.ts';
import { realisticRun } from '../../support/run-data.ts';
import { runDataOf } from '../../support/run-record.ts';
import { repeated, sliceOf } from '../../support/slices.ts';

const offeredIn = (spans: readonly Span[]): number =>
  spans.reduce((sum, span) => sum + span.counts.offered, 0);

test.for([12, 100, 600, 3_600])(
  'a run of %i s is covered without a hole, with every sample once',
  (seconds) => {
    const data = realisticRun({ seconds, ratePerSecond: seconds > 1_000 ? 1 : 20 });
    const spans = seriesSpans(data, 'query');
    const slices = data.slices.filter((slice) => slice.series === 'query');
    expect(spans.length).toBeLessThanOrEqual(170);
    expect(spans[0]?.fromMicros).toBe(0);
    expect(spans.at(-1)?.toMicros).toBe(endOf(data));
    spans.slice(1).forEach((span, index) => expect(span.fromMicros).toBe(spans[index]?.toMicros));
    expect(offeredIn(spans)).toBe(slices.reduce((sum, slice) => sum + slice.counts.offered, 0));
    const good = slices.reduce((sum, slice) => sum + (slice.histograms.response?.totalCount ?? 0), 0);
    expect(spans.reduce((sum, span) => sum + (span.good?.totalCount ?? 0), 0)).toBe(good);
    expect(offeredIn(coarser(spans, 60))).toBe(offeredIn(spans));
    expect(coarser(spans, 60).length).toBeLessThanOrEqual(60);
  },
);

test('no window reaches over the moment at which a fault takes or loses effect', () => {
  const data = realisticRun({ seconds: 600 });
  const edges = data.run.faults.flatMap((fault) => [fault.effectAtMicros ?? 0, fault.clearedAtMicros ?? 0]);
  for (const edge of edges) {
    const inside = seriesSpans(data, 'query').filter(
      (span) => span.fromMicros < edge && edge < span.toMicros,
    );
    expect(inside).toEqual([]);
  }
});

test('faults that begin within moments of each other leave no splinters, and rates stay right', () => {
  const edges = [0, 1_000_000, 2_000_000, 2_050_000, 2_110_000, 3_110_000, 4_000_000];
  const slices = edges.slice(0, -1).map((from, index) => {
    const to = edges[index + 1] ?? from;
    return sliceOf('query', from, to, { okMicros: repeated((to - from) / 10_000, 5_000) });
  });
  const fault = (id: string, effectAtMicros: number) => ({ id, effectAtMicros, clearedAtMicros: 4_000_000 });
  const data = runDataOf({
    slices,
    faults: [fault('a', 2_000_000), fault('b', 2_050_000), fault('c', 2_110_000)],
  });
  const spans = countSpans(data, data.slices);
  expect(spans.map((span) => span.fromMicros)).toEqual([0, 1_000_000, 2_000_000, 3_110_000]);
  // 100 per second throughout, whatever was joined.
  for (const span of spans)
    expect(span.counts.offered).toBeCloseTo((span.toMicros - span.fromMicros) / 10_000);
});

test.for([0.5, 0.75, 0.9, 0.95, 0.99])(
  'q = %f is drawn only over stretches with enough samples',
  (quantile) => {
    const data = realisticRun({ seconds: 60, ratePerSecond: 80 });
    const spans = seriesSpans(data, 'query');
    const points = percentileLine(spans, quantile, 5_000_000);
    const drawn = points.filter((point) => point.y !== null || point.beyond !== undefined);
    expect(drawn.length).toBeGreaterThan(0);
    for (const point of drawn) {
      const covered = spans.filter(
        (span) => span.fromMicros >= point.fromMicros && span.toMicros <= point.toMicros,
      );
      expect(offeredIn(covered)).toBeGreaterThanOrEqual(samplesNeeded(quantile));
      expect(new Set(covered.map((span) => span.segment)).size).toBe(1);
    }
  },
);

test('a percentile among the failures has no value to draw, only a lower bound to tell', () => {
  const slice = sliceOf('query', 0, 1_000_000, {
    okMicros: repeated(30, 5_000),
    timedOutMicros: repeated(70, 5_000_000),
  });
  const data = runDataOf({ slices: [slice] });
  const [point] = percentileLine(seriesSpans(data, 'query'), 0.5, 5_000_000);
  expect(point).toMatchObject({ y: null, beyond: '≥ 5s' });
});

test('what is merged is merged histograms: the median of two unequal seconds is that of all samples', () => {
  const slices = [
    sliceOf('query', 0, 1_000_000, { okMicros: repeated(19, 1_000) }),
    sliceOf('query', 1_000_000, 2_000_000, { okMicros: repeated(1, 100_000) }),
  ];
  const points = percentileLine(seriesSpans(runDataOf({ slices }), 'query'), 0.5, 5_000_000);
  expect(points).toEqual([{ fromMicros: 0, toMicros: 2_000_000, y: 1_000 }]);
});
