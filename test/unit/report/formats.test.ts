// JUnit and Markdown: each outcome in its place, well-formed, escaped, and short enough for where it is shown.

import { expect, test } from 'vitest';
import type { RunData } from '../../../src/record/data.ts';
import type { SloRecord } from '../../../src/record/schema.ts';
import { comparisonMarkdown } from '../../../src/report/comparison-markdown.ts';
import { comparisonJunit, runJunit } from '../../../src/report/junit.ts';
import { plain } from '../../../src/report/markdown.ts';
import { runMarkdown } from '../../../src/report/run-markdown.ts';
import { sampleComparison } from '../../support/comparison-data.ts';
import { realisticRun } from '../../support/run-data.ts';
import { expectWellFormed } from '../../support/markup.ts';

const promise = (status: SloRecord['status'], severity: SloRecord['severity'] = 'fail'): SloRecord => ({
  text: `p95(${status}) < 2s`,
  severity,
  status,
  value: 1,
  atLeast: false,
  limit: 2_000_000,
  unit: 'µs',
  samples: 400,
  reason: status === 'pass' ? null : `because it is ${status}`,
});

function runWith(slo: SloRecord[], verdict: Partial<RunData['run']['verdict']> = {}): RunData {
  const data = realisticRun();
  return { ...data, run: { ...data.run, slo, verdict: { ...data.run.verdict, reasons: [], ...verdict } } };
}

const outcomeOf = (xml: string, name: string): string => {
  const found = new RegExp(`name="${name}"[^>]*>\\s*<(\\S+?)[ />]`).exec(xml)?.[1] ?? 'no such case';
  return found === 'system-out' ? 'passed' : found;
};

test.for([
  ['pass', 'fail', 'passed'],
  ['fail', 'fail', 'failure'],
  ['invalid', 'fail', 'error'],
  ['not judged', 'fail', 'skipped'],
  ['warn', 'warn', 'skipped'],
  ['invalid', 'warn', 'skipped'],
] as const)('in JUnit a promise that is “%s” (severity %s) is %s', ([status, severity, outcome]) => {
  const xml = runJunit(runWith([promise(status, severity)]));
  expectWellFormed(xml);
  expect(outcomeOf(xml, `p95\\(${status}\\) &lt; 2s`)).toBe(outcome);
  expect(xml).toContain('<testsuites name="mettle" tests="2"');
});

test('in JUnit a run that measured nothing is an error, whatever its promises say', () => {
  const invalid = { status: 'invalid', reasons: ['the load generator was saturated'], exitCode: 3 } as const;
  const xml = runJunit(runWith([promise('pass')], { ...invalid, reasons: [...invalid.reasons] }));
  expect(outcomeOf(xml, 'the run itself')).toBe('error');
  expect(xml).toContain('message="invalid: the load generator was saturated"');
  expect(outcomeOf(runJunit(runWith([promise('pass')])), 'the run itself')).toBe('passed');
  expect(outcomeOf(runJunit(runWith([], { status: 'interrupted', exitCode: 130 })), 'the run itself')).toBe(
    'error',
  );
  expect(outcomeOf(runJunit(runWith([], { status: 'fail', exitCode: 4 })), 'the run itself')).toBe('error');
});

test('in JUnit claims are cases: refuted fails, inconclusive is skipped', () => {
  const xml = comparisonJunit(sampleComparison());
  expectWellFormed(xml);
  expect(outcomeOf(xml, 'claim dashboard-load: [^"]*')).toBe('passed');
  expect(outcomeOf(xml, 'claim cold-start: [^"]*')).toBe('failure');
  expect(outcomeOf(xml, 'claim answer-time: [^"]*')).toBe('skipped');
  expect(outcomeOf(xml, 'primary metric p95\\(query\\)')).toBe('passed');
  expect(xml).toContain('tests="7" failures="1" errors="0" skipped="1"');
});

test('Markdown is text: no table is broken, nothing becomes markup, a mention or a link', () => {
  const text = plain('a | b\n# c <b>*d*</b> @someone http://x `e`');
  // What is left besides entities is harmless.
  expect(text.replaceAll(/&#\d+;/g, '')).toBe('a b c bd/b @someone http//x e'.replaceAll(' b c', '  b  c'));
  expect(text).toContain('@&#8203;someone');
  expect(plain('18.2ms')).toBe('18.2ms');
  expect(plain('1. first')).toBe('&#49;&#46; first');
  for (const summary of [runMarkdown(realisticRun()), comparisonMarkdown(sampleComparison())]) {
    const columns = summary.split('\n').map((line) => line.split('|').length);
    for (const [index, line] of summary.split('\n').entries()) {
      if (line.startsWith('| ') && summary.split('\n')[index - 1]?.startsWith('| '))
        expect(columns[index], line).toBe(columns[index - 1]);
    }
  }
});

test('a summary never outgrows a comment, and says when it was shortened', () => {
  const many = Array.from({ length: 2_000 }, (_, index) => ({
    ...promise('fail'),
    text: `p95(s${index}) < 2s`,
  }));
  const text = runMarkdown(runWith(many));
  expect(text.length).toBeLessThanOrEqual(65_536);
  expect(text).toContain('shortened');
  expect(runMarkdown(realisticRun())).not.toContain('shortened');
});
