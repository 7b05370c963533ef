// A report made while the run is in memory and one made again from its stored record are the same bytes.

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { readRecord, writeRecord } from '../../src/record/store.ts';
import { runReporters } from '../../src/report/registry.ts';
import { realisticRun } from '../support/run-data.ts';

test.for([12, 200])('a record of %i s, written and read back, gives the same reports', async (seconds) => {
  const folder = await mkdtemp(join(tmpdir(), 'mettle-report-'));
  try {
    const data = realisticRun({ seconds, sigma: 1.1, withWebSockets: true });
    await writeRecord(folder, data);
    const again = await readRecord(folder);
    for (const reporter of runReporters) expect(reporter.render(again)).toBe(reporter.render(data));
  } finally {
    await rm(folder, { recursive: true });
  }
});
