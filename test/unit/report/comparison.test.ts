// What a comparison's reports must not keep to themselves: that it was forced, bounds, repeats, levels, the noise floor.

import { describe, expect, test } from 'vitest';
import { printComparison } from '../../../src/cli/print-comparison.ts';
import type { Comparison } from '../../../src/compare/schema.ts';
import { claimRow } from '../../../src/report/claim-rows.ts';
import { metricRow } from '../../../src/report/comparison-rows.ts';
import { comparisonHtml } from '../../../src/report/comparison-html.ts';
import { comparisonMarkdown } from '../../../src/report/comparison-markdown.ts';
import { comparisonJunit } from '../../../src/report/junit.ts';
import { formatEstimate } from '../../../src/report/words.ts';
import { sampleComparison } from '../../support/comparison-data.ts';

function onTerminal(comparison: Comparison): string {
  const lines: string[] = [];
  printComparison(
    {
      result: (line) => lines.push(line),
      ...{ progress: () => undefined, document: () => undefined, live: undefined },
      options: { json: false, quiet: false, debug: false },
    },
    comparison,
    'reports/x/report.html',
  );
  return lines.join('\n');
}

const everywhere = [
  ['terminal', onTerminal],
  ['html', comparisonHtml],
  ['markdown', comparisonMarkdown],
  ['junit', comparisonJunit],
] as const;

test.each(everywhere)('%s says that the comparison was forced, and in spite of what', (_name, render) => {
  const text = render(sampleComparison({ forced: ['another machine <i>x</i>'] }));
  expect(text).toMatch(/[Ff]orced/);
  expect(text).toContain('another machine');
  expect(text).not.toContain(_name === 'terminal' ? '\u0000' : '<i>x</i>');
  expect(render(sampleComparison())).not.toMatch(/[Ff]orced/);
});

test('a promise that no run was held to was not kept', () => {
  const none = { passed: 0, failed: 0, other: 0, median: null, medianAtLeast: false };
  const sample = sampleComparison();
  const promises = sample.promises.map((promise) => ({ ...promise, before: none, after: none }));
  const html = comparisonHtml(sampleComparison({ promises }));
  expect(html).toContain(`promises kept in every run after</dt><dd>0 of ${promises.length}`);
  for (const text of [html, comparisonMarkdown(sampleComparison({ promises }))]) {
    expect(text).toContain('no run');
    expect(text).not.toContain('0 of 0');
  }
});

test('a pass says no promise was broken only where none was, and explains “alone”', () => {
  const sample = sampleComparison();
  const verdict: Comparison['verdict'] = { status: 'pass', reasons: [], exitCode: 0 };
  const kept = sample.promises.map((promise) => ({
    ...promise,
    severity: 'warn' as const,
    after: { ...promise.after, failed: 0 },
  }));
  const said = (promises: Comparison['promises'], more: Partial<Comparison> = {}) =>
    comparisonHtml(sampleComparison({ verdict, promises, ...more }));
  expect(said(kept)).toContain('o promise was broken in');
  const broken = kept.map((promise, index) =>
    index === 0 ? { ...promise, after: { ...promise.after, failed: 6 } } : promise,
  );
  expect(said(broken)).toContain('roken, which only warns: ');
  expect(said(broken)).not.toContain('no promise was broken');
  expect(said(kept.slice(0, 1).map(() => broken[0]!))).not.toContain('promise was broken');
  const ungated = sample.metrics.map((metric) => ({ ...metric, primary: false }));
  expect(said(kept, { metrics: ungated })).toContain('“Improved alone”');
});

const time = { scale: 'log', unit: 'µs' } as const;
const rate = { scale: 'points', unit: 'share' } as const;

test('estimates that rest on bounds say so', () => {
  const interval = { low: null, high: -1 };
  expect(formatEstimate(-1.2, interval, time, { low: null, high: -1.2 })).toBe('≤ −69.9% (−∞ … −63.2%)');
  expect(formatEstimate(1.2, null, time, { low: 1.2, high: null })).toBe('≥ +232.0%');
  expect(formatEstimate(0.1, null, rate, { low: null, high: null })).toBe('not known');
  expect(formatEstimate(0.1, null, rate, { low: 0.05, high: null })).toBe('within +5.00 pts … ∞');
});

test.each(everywhere)('%s marks bounds of medians and estimates', (_name, render) => {
  const sample = sampleComparison();
  const claim = {
    ...sample.claims[0]!,
    beforeMedianAtLeast: true,
    estimateRange: { low: null, high: Math.log(0.19) },
  };
  const text = render({ ...sample, claims: [{ ...claim, estimate: Math.log(0.19) }] });
  expect(text).toContain('≥ 96ms');
  if (_name !== 'junit') expect(text).toContain('≤ −81.0%');
});

describe('levels', () => {
  const looks = sampleComparison({
    design: { kind: 'looks', looks: [8, 16], confidence: 0.9706, equivalence: 0.9412 },
    pairs: 8,
  });

  test.each([
    ['html', comparisonHtml],
    ['markdown', comparisonMarkdown],
  ] as const)('%s names the level of two looks, and no other', (_name, render) => {
    const text = render(looks);
    expect(text).toContain('8 pairs of runs, looked at after 8 and 16');
    expect(text).toContain('97.06 % interval');
    expect(text).not.toContain('95 % interval');
  });
});

test('phases have tables of their own, the whole run first', () => {
  const { metrics } = sampleComparison();
  const during = { ...metrics[1]!, metric: 'p50(query) during steady', during: ['steady'] };
  const html = comparisonHtml(sampleComparison({ metrics: [during, ...metrics] }));
  const titles = [...html.matchAll(/<caption>Metrics of ([^<]*)/g)].map(([, title]) => title);
  expect(titles).toEqual(['the whole run', 'steady']);
  const lines = onTerminal(sampleComparison({ metrics: [during, ...metrics] })).split('\n');
  expect(lines.indexOf('the whole run:')).toBeLessThan(lines.indexOf('steady:'));
});

test('the columns of the terminal stand below each other', () => {
  const rows = onTerminal(sampleComparison())
    .split('\n')
    .filter((line) => line.includes('->') && line.includes('could have shown'));
  expect(rows).toHaveLength(5);
  expect(new Set(rows.map((row) => row.indexOf('could have shown'))).size).toBe(1);
});

test.each(everywhere.slice(0, 3))('%s shows the noise floor and where it is from', (_name, render) => {
  const text = render(sampleComparison());
  expect(text).toContain('9.0% with 6 pairs');
  expect(text).toContain('20260104-210000-checkout-aa');
  const without = sampleComparison({ noise: null });
  const metrics = without.metrics.map((metric) => ({ ...metric, noise: null }));
  expect(render({ ...without, metrics }).toLowerCase()).not.toContain('noise floor');
});

test('runs that were made again are listed', () => {
  const repeat = {
    ...{ id: 'r-1', pair: 2, variant: 'after', role: 'after' as const, folder: 'runs/2-after-1' },
    reasons: ['the generator was <saturated>'],
  };
  const sample = sampleComparison({ repeats: [repeat] });
  const html = comparisonHtml(sample);
  expect(html).toContain('href="./runs/2-after-1/report.html"');
  expect(html).toContain('the generator was &lt;saturated&gt;');
  expect(comparisonMarkdown(sample)).toContain('made again: r-1 (pair 2)');
});

test('several claims are said to be judged each on its own', () => {
  expect(comparisonMarkdown(sampleComparison())).toContain('3 claims, each judged on its own at 95 %');
  expect(comparisonMarkdown(sampleComparison({ claims: [] }))).not.toContain('judged on its own');
});

describe('what could have been shown', () => {
  const [, faster, rate_, served] = sampleComparison().metrics;

  test('has the sign of a change for the worse: a fall of a ratio is no rise of the same size', () => {
    expect(metricRow({ ...faster!, smallestDetectable: 0.11 }).detectable).toBe('+11.0%');
    expect(metricRow({ ...served!, smallestDetectable: 0.11 }).detectable).toBe('−11.0%');
    expect(metricRow({ ...rate_!, smallestDetectable: 0.02 }).detectable).toBe('+2.00 pts');
    expect(metricRow({ ...served!, smallestDetectable: null }).detectable).toBe('–');
    expect(metricRow(served!).noise).toContain('−9.0% with 6 pairs');
  });

  test.each(everywhere.slice(0, 3))('%s shows it', (_name, render) => {
    const metrics = [{ ...served!, primary: true, smallestDetectable: 0.234 }];
    expect(render(sampleComparison({ metrics }))).toContain('−23.4%');
    expect(render(sampleComparison({ metrics }))).not.toContain('± ');
  });
});

describe('a difference of counts', () => {
  const counted = { metric: 'open_files_left(target)', unit: 'count', scale: 'points' } as const;
  const sample = sampleComparison();
  const left = {
    ...{ ...sample.metrics[2]!, ...counted, beforeMedian: 0, afterMedian: 3, tolerance: 1 },
    ...{ estimate: 3, interval: { low: 2, high: 4 }, smallestDetectable: 2, outcome: 'regressed' as const },
  };

  test.each(everywhere.slice(0, 3))('%s is a number, not points', (_name, render) => {
    const text = render(sampleComparison({ metrics: [left], claims: [], noise: null }));
    expect(text).toMatch(/(?:\+|&#43;)3 \(\+2 … \+4\)/);
    expect(text).not.toMatch(/\+300|\d pts/);
  });

  test('has an axis of its own beside that of rates', () => {
    const html = comparisonHtml(sampleComparison({ metrics: [...sample.metrics, left] }));
    expect(html).toContain('Change in numbers');
    expect(html).toContain('Change in percentage points');
    expect(comparisonHtml(sample)).not.toContain('Change in numbers');
  });
});

describe('a claim on a rate', () => {
  const claim = { ...sampleComparison().claims[0]!, ...rate, metric: 'error_rate(query)', threshold: 0 };

  test.each(['at least 60% lower', 'at least 2x lower', 'no worse than 10%'])(
    '%s is tested by a distance, which is no change',
    (text) => {
      expect(claimRow({ ...claim, expect: text }).condition).toMatch(/^distance to what is expected/);
    },
  );

  test.each(['at least 5 points lower', 'no worse than 1 point'])('%s is tested by the change', (text) => {
    expect(claimRow({ ...claim, expect: text }).condition).toMatch(/^change;/);
  });

  test('of a time every expectation is about the change', () => {
    expect(claimRow({ ...claim, ...time, expect: 'at least 2x lower' }).condition).toMatch(/^change;/);
  });
});
