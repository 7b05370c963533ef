// A record read back from disk is judged, and compared, exactly as it was in memory.

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { metricComparison } from '../../../src/compare/comparison.ts';
import { readRecord, writeRecord } from '../../../src/record/store.ts';
import { evaluatePromises } from '../../../src/slo/evaluate.ts';
import { gatesOf } from '../../../src/slo/gates.ts';
import { realisticRun } from '../../support/run-data.ts';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'mettle-judge-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const promises = [
  'p50(query) < 1s',
  'p95(query) < 500ms during steady',
  'p95(query, failed) < 9s',
  'mean < 1s',
  'max(query) < 9s',
  'error_rate < 5%',
  'achieved(query) > 90%',
  'throughput(query) > 10/s',
  'apdex(query, 20ms) > 0.5',
  'recovery(slow-db) < 3s',
  'detection(slow-db) < 3s',
  'deficit(slow-db) < 100',
].map((text) => ({ text, severity: 'fail' as const }));

test('the same promises have the same answers, and values to compare', async () => {
  const live = realisticRun({ faultErrorShare: 0.5 });
  await writeRecord(folder, live);
  const stored = await readRecord(folder);
  const judged = evaluatePromises(promises, live);
  expect(evaluatePromises(promises, stored)).toEqual(judged);
  expect(judged.filter((entry) => entry.value === null)).toEqual([]);
  const six = (data: typeof live) =>
    Array.from({ length: 6 }, (_, index) => ({ pair: index + 1, before: data, after: data }));
  const options = { primary: true, gates: gatesOf(promises), invalid: null };
  expect(metricComparison('p95(query)', six(stored), options)).toEqual(
    metricComparison('p95(query)', six(live), options),
  );
});
