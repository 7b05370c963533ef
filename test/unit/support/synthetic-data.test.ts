// The builders that other tests lean on must themselves make valid, reproducible documents whose counts add up.

import { expect, test } from 'vitest';
import { comparisonSchema } from '../../../src/compare/schema.ts';
import { runRecordSchema } from '../../../src/record/schema.ts';
import { sampleComparison } from '../../support/comparison-data.ts';
import { realisticRun } from '../../support/run-data.ts';

test('a realistic run validates and is the same for the same seed', () => {
  const first = realisticRun({ seed: 7 });
  expect(runRecordSchema.parse(first.run)).toEqual(first.run);
  expect(realisticRun({ seed: 7 }).run).toEqual(first.run);
  expect(realisticRun({ seed: 8 }).run.series).not.toEqual(first.run.series);
});

test('its counts add up in every slice and series', () => {
  const { run, slices } = realisticRun();
  for (const counts of [...run.series, ...slices.map((slice) => slice.counts)]) {
    expect(counts.offered).toBe(counts.started + counts.dropped + counts.unsent);
    expect(counts.started).toBe(counts.ok + counts.failed + counts.censored);
  }
});

test('the fault makes answers slower only while it is in effect', () => {
  const { run, slices } = realisticRun();
  const fault = run.phases.find((phase) => phase.name.startsWith('fault:'))!;
  for (const slice of slices.filter((candidate) => candidate.series === 'query')) {
    const slow = (slice.histograms.response?.getValueAtPercentile(50) ?? 0) > 200_000;
    expect(slow).toBe(slice.startMicros >= fault.startMicros && slice.startMicros < fault.endMicros);
  }
});

test('the sample comparison validates', () => {
  expect(comparisonSchema.parse(sampleComparison())).toEqual(sampleComparison());
});
