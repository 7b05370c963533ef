// The golden reports in a real browser: quiet, self-contained, accessible, and no wider than a telephone.

import { join } from 'node:path';
import { expect, test } from 'vitest';
import { packagePath } from '../../src/kernel/entry.ts';
import { findChromium, inspectReport } from './report-browser.ts';

const artifacts = process.env['METTLE_ARTIFACTS'] ?? packagePath('artifacts');
const missing = findChromium() === undefined;
if (missing) {
  const reason = 'no Chromium found (CHROMIUM_BIN): the reports were not looked at in a browser';
  if (process.env['METTLE_REQUIRE_ALL'] === '1') throw new Error(reason);
  console.warn(`skipped: ${reason}`);
}

const reports = ['run-report.html', 'comparison-report.html'];

test.skipIf(missing).for(reports)('%s has nothing to complain about in a browser', async (file) => {
  const name = file.replace('.html', '');
  const path = packagePath(join('test/golden/expected', file));
  const { consoleMessages, requests, violations, overflow } = await inspectReport(path, artifacts, name);
  expect(consoleMessages).toEqual([]);
  expect(requests).toEqual([]);
  expect(violations).toEqual([]);
  expect(overflow).toEqual([]);
});
