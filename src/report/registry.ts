// The report formats: each is one file and one line here.

import type { Comparison } from '../compare/schema.ts';
import type { RunData } from '../record/data.ts';
import { comparisonHtml } from './comparison-html.ts';
import { runHtml } from './run-html.ts';

/** Pure: the same record gives the same text, byte for byte. */
export interface Reporter<Source> {
  readonly file: string;
  render(source: Source): string;
}

export const runReporters: readonly Reporter<RunData>[] = [{ file: 'report.html', render: runHtml }];

export const comparisonReporters: readonly Reporter<Comparison>[] = [
  { file: 'report.html', render: comparisonHtml },
];
