// Long runs are drawn in groups of looks: no group reaches over a gap, in which nobody knows anything.

import { expect, test } from 'vitest';
import { gaugeLines, rateLine } from '../../../src/report/scrape-lines.ts';
import { targetCharts } from '../../../src/report/target-charts.ts';
import { observedRun, processLooks } from '../../support/observed-run.ts';
import { scrapeLogOf, steps } from '../../support/scrape-logs.ts';

const secondMicros = 1_000_000;
/** Six looks of one second make a point; the gap is within one. */
const isAway = (second: number): boolean => second > 602 && second <= 607;
const seconds = Array.from({ length: 900 }, (_, index) => index).filter((second) => !isAway(second));
const log = scrapeLogOf(
  [
    { name: 'pool', values: seconds.map(() => 5) },
    { name: 'requests_total', kind: 'counter', values: steps(seconds.length, 10) },
  ],
  { atSeconds: seconds },
);

test.each([
  ['gauges', gaugeLines(log, log.series.slice(0, 1))[0]],
  ['rates', rateLine(log, log.series.slice(1))],
])('of scraped %s', (_what, line) => {
  const at = (second: number) =>
    line?.points.find(
      ({ fromMicros, toMicros }) => fromMicros < second * secondMicros && toMicros > second * secondMicros,
    )?.y ?? null;
  expect([at(601.5), at(604.5), at(608.5)].map((y) => y === null)).toEqual([false, true, false]);
});

test('of processes', () => {
  const points = processLooks(1, 900, (second) => (isAway(second) ? null : {}));
  const data = observedRun({ processes: [{ name: 'target', cores: 1, restarts: 0, points }] });
  const { load } = data.run;
  const long = { ...data, run: { ...data.run, load: { ...load, elapsedMicros: 900 * secondMicros } } };
  const rows = targetCharts(long)[0]?.table.rows ?? [];
  expect(rows.filter(([, value]) => value === '–').map(([when]) => when)).toEqual(['602.0 – 607.0']);
});
