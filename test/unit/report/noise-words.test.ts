// The words of a noise floor: what its figures are, what is loud, and that nothing from outside becomes markup.

import { describe, expect, test } from 'vitest';
import type { MetricNoise, Noise } from '../../../src/record/noise-schema.ts';
import { noiseMarkdown } from '../../../src/report/noise-markdown.ts';
import { alarmLines, highestRate, noiseNotes, noiseTable } from '../../../src/report/noise-words.ts';
import { sampleComparison } from '../../support/comparison-data.ts';

const metric = (changes: Partial<MetricNoise> = {}): MetricNoise => ({
  ...{ metric: 'p95(query)', unit: 'µs', scale: 'log', estimate: 0.004, deviation: 0.03 },
  ...{
    outcome: 'no change',
    comparisons: 1_024,
    falseAlarms: 6,
    repeated: { comparisons: 1, falseAlarms: 0 },
  },
  order: { estimate: 0.001, low: -0.02, high: 0.03 },
  tolerance: 0.1,
  detectable: [
    { pairs: 6, change: 0.182 },
    { pairs: 10, change: 0.134 },
    { pairs: 16, change: 0.12 },
  ],
  ...changes,
});
const noise = (metrics: MetricNoise[]): Noise => ({
  ...{ formatVersion: 1, id: 'n', measuredAt: '2026-01-02T03:04:05.000Z', variant: 'after', pairs: 10 },
  ...{ traits: { machine: 'm' }, metrics },
});

describe('the table', () => {
  test('has spread, false alarms and changes, with their units', () => {
    const rate = metric({
      ...{ metric: 'error_rate(query)', unit: 'share', scale: 'points', deviation: 0.002, falseAlarms: 0 },
      detectable: [
        { pairs: 6, change: 0.009 },
        { pairs: 10, change: 0.0062 },
        { pairs: 16, change: null },
      ],
    });
    expect(noiseTable(noise([metric(), rate]))).toEqual({
      pairs: [6, 10, 16],
      rows: [
        {
          ...{ metric: 'p95(query)', spread: '± 3.05 %', outcome: 'no change' },
          ...{ falseAlarms: '0.586 % (6 of 1024)', detectable: ['18.2 %', '13.4 %', '12 %'] },
        },
        {
          ...{ metric: 'error_rate(query)', spread: '± 0.2 points', outcome: 'no change' },
          ...{ falseAlarms: '0 % (0 of 1024)', detectable: ['0.9 points', '0.62 points', 'unknown'] },
        },
      ],
    });
  });

  test('prints no figure where there is none', () => {
    const none = metric({
      outcome: 'invalid',
      deviation: null,
      comparisons: 0,
      falseAlarms: 0,
      detectable: [],
    });
    const [, row] = noiseTable(noise([metric(), none])).rows;
    expect(row).toMatchObject({ spread: 'unknown', falseAlarms: '–', detectable: Array(3).fill('unknown') });
  });
});

test('a false alarm is loud, in every word for it, and nothing else is', () => {
  const lines = alarmLines(
    noise([metric(), metric({ outcome: 'improved' }), metric({ outcome: 'inconclusive' })]),
  );
  expect(lines).toHaveLength(1);
  expect(lines[0]).toBe(
    'FALSE ALARM: p95(query) was called improved (+0.4%) over 10 pairs, with the same variant on both sides',
  );
});

test('the highest rate not refuted is that of Clopper and Pearson', () => {
  // R: binom.test(k, n, alternative = "less", conf.level = 0.95)$conf.int
  expect(highestRate(0, 10)).toBeCloseTo(0.2588656, 6);
  expect(highestRate(1, 20)).toBeCloseTo(0.2161072, 5);
  expect(highestRate(3, 3)).toBe(1);
});

describe('what is noted', () => {
  const notesOf = (changes: Partial<MetricNoise>): string => noiseNotes(noise([metric(changes)])).join('\n');

  test('repeated comparisons with the bound that they give', () => {
    expect(notesOf({})).not.toContain('so far');
    const calm = notesOf({ repeated: { comparisons: 10, falseAlarms: 0 } });
    expect(calm).toContain(
      '10 times here so far, called a change 0 times: at most 25.9 % at 95 % confidence',
    );
    // P(Bin(10, 5 %) ≥ 3) = 1.15 %, of 4 0.1 %.
    expect(notesOf({ repeated: { comparisons: 10, falseAlarms: 3 } })).toContain('at most');
    expect(notesOf({ repeated: { comparisons: 10, falseAlarms: 4 } })).toContain(
      'more than the 5 % of the rule',
    );
  });

  test('an effect of the order only where its interval excludes none', () => {
    expect(notesOf({})).not.toContain('second run');
    const slower = notesOf({ order: { estimate: 0.05, low: 0.01, high: 0.09 } });
    expect(slower).toContain('the second run of a pair differs from the first by +5.1%');
    expect(notesOf({ order: null })).not.toContain('second run');
  });

  test('what relabelled comparisons are, and are not', () => {
    expect(notesOf({})).toContain('brings no new data');
  });
});

test('noise.md has all of it, escaped', () => {
  const hostile = metric({ metric: 'p95(<b>|x)', outcome: 'regressed' });
  const comparison = sampleComparison();
  const text = noiseMarkdown(noise([hostile]), {
    ...comparison,
    scenario: { ...comparison.scenario, name: '<script> & co' },
  });
  expect(text).not.toMatch(/<script>|<b>/);
  expect(text).toContain('FALSE ALARM');
  expect(text).toContain('2026-01-02 03:04:05 UTC');
  expect(text).toContain('smallest change, 16 pairs');
  const header = text.split('\n').find((line) => line.startsWith('| metric'))!;
  const row = text.split('\n').find((line) => line.startsWith('| <code>'))!;
  expect(row.split('|')).toHaveLength(header.split('|').length);
});
