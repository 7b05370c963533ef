// Writes a record's report files, from the record alone.

import { join } from 'node:path';
import type { Comparison } from '../compare/schema.ts';
import type { Trend } from '../compare/trend-schema.ts';
import { writeFileAtomic } from '../record/atomic.ts';
import type { RunData } from '../record/data.ts';
import { comparisonReporters, runReporters, trendReporters } from '../report/registry.ts';

/** Returns the path of the HTML report. */
export async function writeRunReports(folder: string, data: RunData): Promise<string> {
  for (const reporter of runReporters)
    await writeFileAtomic(join(folder, reporter.file), reporter.render(data));
  return join(folder, 'report.html');
}

/** Returns the path of the HTML report. */
export async function writeComparisonReports(folder: string, comparison: Comparison): Promise<string> {
  for (const reporter of comparisonReporters) {
    await writeFileAtomic(join(folder, reporter.file), reporter.render(comparison));
  }
  return join(folder, 'report.html');
}

/** Returns the path of the HTML report. */
export async function writeTrendReports(folder: string, trend: Trend): Promise<string> {
  for (const reporter of trendReporters) {
    await writeFileAtomic(join(folder, reporter.file), reporter.render(trend));
  }
  return join(folder, 'trend.html');
}
