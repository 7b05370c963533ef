// The report formats: each is one file and one line here.

import type { Comparison } from '../compare/schema.ts';
import type { Trend } from '../compare/trend-schema.ts';
import type { RunData } from '../record/data.ts';
import { comparisonHtml } from './comparison-html.ts';
import { comparisonMarkdown } from './comparison-markdown.ts';
import { comparisonJunit, runJunit } from './junit.ts';
import { runHtml } from './run-html.ts';
import { runMarkdown } from './run-markdown.ts';
import { trendHtml } from './trend-html.ts';
import { trendMarkdown } from './trend-markdown.ts';

/** Pure: the same record gives the same text, byte for byte. */
export interface Reporter<Source> {
  readonly file: string;
  render(source: Source): string;
}

export const runReporters: readonly Reporter<RunData>[] = [
  { file: 'report.html', render: runHtml },
  { file: 'junit.xml', render: runJunit },
  { file: 'summary.md', render: runMarkdown },
];

export const comparisonReporters: readonly Reporter<Comparison>[] = [
  { file: 'report.html', render: comparisonHtml },
  { file: 'junit.xml', render: comparisonJunit },
  { file: 'summary.md', render: comparisonMarkdown },
];

export const trendReporters: readonly Reporter<Trend>[] = [
  { file: 'trend.html', render: trendHtml },
  { file: 'summary.md', render: trendMarkdown },
];
