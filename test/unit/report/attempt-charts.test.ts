// Attempts over time: a stretch without any is zero, a seam between two looks is not.

import { expect, it } from 'vitest';
import { attemptCharts } from '../../../src/report/attempt-charts.ts';
import { attemptsRecord } from '../../support/attempts-record.ts';
import { runDataOf } from '../../support/run-record.ts';

const stretch = (fromMicros: number, toMicros: number) => ({
  fromMicros,
  toMicros,
  attempts: 20,
  answered: 20,
});

const ratesOf = (timeline: ReturnType<typeof stretch>[]): string[] => {
  const attempts = attemptsRecord(8_000_000, 9_000_000, {
    timeline,
    silence: { ...attemptsRecord(0, 1).silence, list: [] },
  });
  const observation = { connections: 1, bytesUp: 0, bytesDown: 0, resets: 0, refused: 0, attempts };
  const faults = [
    {
      id: 'slow',
      effectAtMicros: 8_000_000,
      clearedAtMicros: 9_000_000,
      observation: { ...observation, addedDelayMicros: null },
    },
  ];
  const charts = attemptCharts(runDataOf({ slices: [], faults }).run);
  return charts.flatMap(({ table }) => table.rows.map((row) => row[1] ?? ''));
};

it('draws no drop to zero between the fault and the first look after it', () => {
  const seam = ratesOf([
    stretch(7_750_000, 8_000_000),
    stretch(8_000_120, 8_250_120),
    stretch(8_250_120, 9e6),
  ]);
  expect(seam).not.toContain('0/s');
  expect(seam).toContain('80/s');
});

it('draws a stretch without attempts as zero', () => {
  const silent = ratesOf([
    stretch(7_750_000, 8_000_000),
    stretch(8_000_120, 8_250_120),
    stretch(8_500_120, 9e6),
  ]);
  expect(silent).toContain('0/s');
});
