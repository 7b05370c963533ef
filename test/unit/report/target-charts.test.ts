// The charts of the target itself: on the axis of the load, gaps as gaps, and every number in the table.

import { expect, test } from 'vitest';
import type { Chart } from '../../../src/report/charts/figure.ts';
import { targetCharts } from '../../../src/report/target-charts.ts';
import type { ObservedRun } from '../../support/observed-run.ts';
import { containerOf, observedRun, processLooks } from '../../support/observed-run.ts';

const chartsOf = (run: ObservedRun): Record<string, Chart> =>
  Object.fromEntries(targetCharts(observedRun(run)).map((chart) => [chart.id, chart]));

const names = (chart: Chart | undefined): string[] => (chart?.legend ?? []).map(([, name]) => name);

const target = { name: 'target', cores: 2, restarts: 0 };

test('nothing observed gives no chart, and so does what was seen before the load alone', () => {
  expect(chartsOf({})).toEqual({});
  expect(chartsOf({ processes: [{ ...target, points: processLooks(-9, -2) }] })).toEqual({});
});

test('looks from before the load and after its end are not on the axis', () => {
  const processes = [
    {
      ...target,
      points: processLooks(-5, 45, (second) => ({ cpuShare: second < 0 || second > 31 ? 9 : 0.5 })),
    },
  ];
  const { cpu } = chartsOf({ processes });
  const { rows } = cpu?.table ?? { rows: [] };
  expect(rows[1]).toEqual(['0.0 – 1.0', '50%']);
  expect(rows.at(-1)).toEqual(['29.0 – 30.0', '50%']);
  expect(rows).toHaveLength(31);
});

test('while there was nothing to look at there is a gap', () => {
  const points = processLooks(0, 30, (second) => (second > 10 && second < 20 ? null : {}));
  const { memory } = chartsOf({ processes: [{ ...target, points }] });
  const row = memory?.table.rows.find(([time]) => time === '10.0 – 19.0');
  expect(row).toEqual(['10.0 – 19.0', '–']);
  expect(memory?.wide.marks.match(/class="line s1" d="[^"]*M[^"]*M/)).not.toBeNull();
});

test('containers stand beside the processes, under their names', () => {
  const { cpu, memory, held } = chartsOf({
    processes: [{ ...target, points: processLooks(0, 30) }],
    containers: [containerOf('shop_db_1', { service: 'db' })],
  });
  expect(names(cpu)).toEqual(['target', 'shop_db_1']);
  expect(names(memory)).toEqual(['target', 'shop_db_1']);
  expect(cpu?.description).toContain('container');
  expect(held).toBeUndefined();
});

test('threads, open files and sockets have a chart of their own, of whole processes, where they were seen', () => {
  const points = processLooks(0, 30, () => ({ threads: 11, openFiles: 25, sockets: 4 }));
  const { held } = chartsOf({
    processes: [
      { ...target, points },
      { name: 'postgres', points: processLooks(0, 30, () => ({ threads: 6 })) },
      { name: 'llm', points },
    ],
  });
  expect(names(held)).toEqual([
    ...['target: threads', 'target: open files', 'target: sockets', 'postgres: threads'],
  ]);
  expect(held?.note).toContain('In run.json only: llm');
  expect(held?.table.rows[3]).toEqual(['2.0 – 3.0', '11', '25', '4', '6']);
});
