// Reports of a fixed trend, byte for byte. UPDATE_GOLDEN=1 writes what the code makes; look at it before it is kept.

import { readFileSync, writeFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { packagePath } from '../../src/kernel/entry.ts';
import { trendReporters } from '../../src/report/registry.ts';
import { sampleTrend } from '../support/trend-data.ts';

test.for(trendReporters)('a trend gives the same $file, byte for byte', (reporter) => {
  const name = reporter.file.startsWith('trend') ? reporter.file : `trend-${reporter.file}`;
  const path = packagePath(`test/golden/expected/${name}`);
  const text = reporter.render(sampleTrend());
  if (process.env['UPDATE_GOLDEN'] === '1') writeFileSync(path, text);
  expect(text, `${name} (UPDATE_GOLDEN=1 writes it)`).toBe(readFileSync(path, 'utf8'));
});
