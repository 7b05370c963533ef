// A fault that the traffic gave nothing to do is said to be one, wherever a run is reported.

import { expect, test } from 'vitest';
import type { RunData } from '../../../src/record/data.ts';
import type { FidelityCheck } from '../../../src/record/schema.ts';
import { faultSummary } from '../../../src/report/fault-rows.ts';
import { runHtml } from '../../../src/report/run-html.ts';
import { idleFaults } from '../../../src/run/fault-records.ts';
import { realisticRun } from '../../support/run-data.ts';

const check = (status: FidelityCheck['status']): FidelityCheck => ({
  ...{ name: 'rate per connection', asked: 'at most 1MB/s', happened: '2KB/s on average', status },
});

function runWith(status: FidelityCheck['status']): RunData {
  const data = realisticRun();
  const faults = data.run.faults.map((fault) => ({ ...fault, fidelity: [check(status)] }));
  return { ...data, run: { ...data.run, faults } };
}

test('the report shows it in words, and not among those that did as asked', () => {
  const idle = runHtml(runWith('not binding'));
  expect(idle).toMatch(
    /<span class="badge [^"]*">not binding<\/span> rate per connection: 2KB\/s on average/,
  );
  expect(runHtml(runWith('within'))).not.toContain('not binding');
});

test('the summary counts it', () => {
  expect(faultSummary(runWith('not binding').run.faults)).toBe('1 injected, 1 not binding, all undone');
  expect(faultSummary(runWith('within').run.faults)).toBe('1 injected, all undone');
});

test('the record notes it, which every other report repeats', () => {
  expect(idleFaults(runWith('not binding').run.faults)).toEqual([
    'fault slow-db was not binding: rate per connection 2KB/s on average, asked at most 1MB/s',
  ]);
  for (const status of ['within', 'outside', 'unmeasured'] as const) {
    expect(idleFaults(runWith(status).run.faults)).toEqual([]);
  }
});
