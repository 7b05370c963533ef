// Reports of fixed records, byte for byte. UPDATE_GOLDEN=1 writes what the code makes; look at it before it is kept.

import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { packagePath } from '../../src/kernel/entry.ts';
import { comparisonReporters, runReporters } from '../../src/report/registry.ts';
import { sampleComparison } from '../support/comparison-data.ts';
import { realisticRun } from '../support/run-data.ts';

const folder = packagePath('test/golden/expected');
const update = process.env['UPDATE_GOLDEN'] === '1';

function compare(name: string, text: string): void {
  const path = join(folder, name);
  if (update) {
    mkdirSync(folder, { recursive: true });
    writeFileSync(path, text);
  }
  expect(text, `${name} (UPDATE_GOLDEN=1 writes it)`).toBe(readFileSync(path, 'utf8'));
}

test.for(runReporters)('a run gives the same $file, byte for byte', (reporter) => {
  compare(`run-${reporter.file}`, reporter.render(realisticRun({ withWebSockets: true })));
});

test.for(comparisonReporters)('a comparison gives the same $file, byte for byte', (reporter) => {
  compare(`comparison-${reporter.file}`, reporter.render(sampleComparison()));
});
