// A suspicion in every report of a run: said, called what it is, escaped, and absent where none was looked for.

import { expect, test } from 'vitest';
import type { RunData } from '../../../src/record/data.ts';
import type { RunRecord } from '../../../src/record/schema.ts';
import { runHtml } from '../../../src/report/run-html.ts';
import { runMarkdown } from '../../../src/report/run-markdown.ts';
import { realisticRun } from '../../support/run-data.ts';

type Suspicion = NonNullable<RunRecord['suspicion']>;

const template = realisticRun({ seconds: 4 });
const suspected: Suspicion = {
  metric: 'p95(query)',
  unit: 'µs',
  value: 240_000,
  atLeast: false,
  interval: { low: 90_000, high: 130_000 },
  runs: 20,
  outcome: 'suspected worse',
  reason: 'p95(query) is 240ms; <b>the last 20</b> comparable runs let 90ms to 130ms be expected (99 %)',
};
const reports = (overrides: Partial<Suspicion> | null): string[] => {
  const suspicion = overrides === null ? {} : { suspicion: { ...suspected, ...overrides } };
  const data: RunData = { ...template, run: { ...template.run, ...suspicion } };
  return [runHtml(data), runMarkdown(data)];
};

test.each<Suspicion['outcome']>(['as before', 'suspected worse', 'suspected better', 'not judged'])(
  '%s is said in words',
  (outcome) => {
    for (const text of reports({ outcome })) {
      expect(text).toContain(outcome);
      expect(text).toContain('240ms');
      expect(text).not.toContain('<b>the last 20</b>');
      expect(text.includes('no proof')).toBe(outcome.startsWith('suspected'));
    }
  },
);

test('it changes nothing else of a report, and is absent where nothing was looked for', () => {
  const [html = '', markdown = ''] = reports(null);
  expect(html).not.toContain('suspected');
  expect(markdown).not.toContain('suspected');
  const [with_ = ''] = reports({});
  const lines = new Set(html.split('\n'));
  expect(with_.split('\n').filter((line) => !lines.has(line))).toHaveLength(1);
});
