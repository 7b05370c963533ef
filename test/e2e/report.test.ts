// Reports in a real browser: quiet, self-contained, accessible, and no wider than a telephone.

import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { packagePath } from '../../src/kernel/entry.ts';
import { comparisonHtml } from '../../src/report/comparison-html.ts';
import { runHtml } from '../../src/report/run-html.ts';
import { hostileComparison, hostileRun } from '../support/hostile.ts';
import { findChromium, inspectReport } from './report-browser.ts';

const artifacts = process.env['METTLE_ARTIFACTS'] ?? packagePath('artifacts');
const missing = findChromium() === undefined;
if (missing) {
  const reason = 'no Chromium found (CHROMIUM_BIN): the reports were not looked at in a browser';
  if (process.env['METTLE_REQUIRE_ALL'] === '1') throw new Error(reason);
  console.warn(`skipped: ${reason}`);
}

const clean = { consoleMessages: [], requests: [], violations: [], overflow: [] };

test.skipIf(missing).for(['run-report', 'comparison-report'])(
  '%s has nothing to complain about',
  async (name) => {
    const path = packagePath(`test/golden/expected/${name}.html`);
    expect(await inspectReport(path, artifacts, name)).toEqual(clean);
  },
);

async function inspectText(html: string, name: string) {
  const folder = await mkdtemp(join(tmpdir(), 'mettle-report-'));
  try {
    await writeFile(join(folder, 'report.html'), html);
    return await inspectReport(join(folder, 'report.html'), folder, name);
  } finally {
    await rm(folder, { recursive: true });
  }
}

test.skipIf(missing)('an attack in every field of a record is neither run nor asked for', async () => {
  const run = await inspectText(runHtml(hostileRun()), 'hostile-run');
  expect(run).toEqual(clean);
  const comparison = await inspectText(comparisonHtml(hostileComparison()), 'hostile-comparison');
  expect(comparison).toEqual(clean);
});

test.skipIf(missing)('the inspection sees what is wrong with a page', async () => {
  const found = await inspectText(
    `<!doctype html><html><head><title>bad</title></head><body>
    <p style="color:#ccc;background:#fff">too pale</p><img src="http://127.0.0.1:9/x.png">
    <div style="width:900px">too wide</div><script>console.error('noisy')</script></body></html>`,
    'bad',
  );
  expect(found.consoleMessages.join()).toContain('noisy');
  expect(found.requests).toContain('http://127.0.0.1:9/x.png');
  expect(found.violations.join()).toContain('color-contrast');
  expect(found.overflow).not.toEqual([]);
});
