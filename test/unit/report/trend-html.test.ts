// The page of a trend: what came from outside is text, and every state of a series has its words.

import { expect, it } from 'vitest';
import { type Trend, trendSchema } from '../../../src/compare/trend-schema.ts';
import { judgeTrend } from '../../../src/compare/trend.ts';
import { trendHtml } from '../../../src/report/trend-html.ts';
import { trendMarkdown } from '../../../src/report/trend-markdown.ts';
import { tagsOf } from '../../support/markup.ts';
import { sampleTrend } from '../../support/trend-data.ts';
import { historyOf, limitOf, questionOf, stretches } from '../../support/trends.ts';

const attack = `<script>alert(1)</script><img src=x onerror=alert(2)>"'&\`= \u0000|\n]]>--><!--`;
const own = new Set([
  'startedAt',
  'createdAt',
  'unit',
  'scale',
  'better',
  'outcome',
  'operator',
  'state',
  'status',
]);

/** An attack in every text that a reader of the document would let through. */
function hostile(value: unknown, key = ''): unknown {
  if (typeof value === 'string') return own.has(key) || /^\d{4}-\d{2}-\d{2}T/.test(value) ? value : attack;
  if (Array.isArray(value)) return value.map((entry) => hostile(entry, key));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, entry]) => [name, hostile(entry, name)]));
}

it('an attack in every field is text', () => {
  const trend = trendSchema.parse(hostile(sampleTrend()));
  const html = trendHtml(trend);
  expect(html).toContain('alert');
  expect(html.toLowerCase()).not.toMatch(/<script|<img|<!--/);
  expect(html).not.toContain('\u0000');
  const attributes = tagsOf(html).flatMap((tag) => tag.attributes);
  expect(attributes.filter((name) => name.startsWith('on') || name === 'src')).toEqual([]);
  expect(trendMarkdown(trend)).not.toMatch(/<script|<img/);
});

const trendOf = (medians: readonly number[]): Trend => ({
  ...sampleTrend(),
  ...judgeTrend(historyOf({ medians }), questionOf({ limits: [limitOf(150_000)] })),
});

it.each([
  ['no runs at all', []],
  ['one run', [100_000]],
  ['too few', stretches([12, 100_000])],
  ['no change', stretches([30, 100_000])],
  ['a level that broke its limit', stretches([20, 100_000], [20, 200_000])],
  ['zeros', stretches([20, 0])],
])('%s can be drawn and told', (_says, medians) => {
  const trend = trendOf(medians);
  const html = trendHtml(trend);
  expect(html).not.toMatch(/NaN|Infinity|undefined/);
  expect(trendMarkdown(trend)).not.toMatch(/NaN|Infinity|undefined/);
  expect(html).toContain(
    `<h2 class="word" id="verdict"><span class="hidden">Verdict: </span>${trend.verdict.status}`,
  );
});

it('names every run of a chart in its data table, with its commit', () => {
  const html = trendHtml(sampleTrend());
  expect(html).toContain('run-059');
  expect(html).toContain('≥ 1');
  expect(html).toContain('git log 0028cccccc..0029cccccc');
});
