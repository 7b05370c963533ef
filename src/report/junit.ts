// JUnit XML, which every CI system reads: a breach is a failure, what is invalid an error, what was not judged skipped.

import type { ClaimResult, Comparison } from '../compare/schema.ts';
import type { RunData } from '../record/data.ts';
import type { SloRecord } from '../record/schema.ts';
import { exitCodes } from '../kernel/errors.ts';
import { runLevelReasons } from '../slo/verdict.ts';
import { afterText, beforeText, changeText } from './change-words.ts';
import { escapeMarkup } from './escape.ts';
import { promiseRow } from './promise-rows.ts';
import { formatValue } from './words.ts';

interface TestCase {
  readonly name: string;
  readonly outcome: 'passed' | 'failure' | 'error' | 'skipped';
  /** One line: why. */
  readonly message: string;
  /** What was measured, shown whatever the outcome. */
  readonly output: string;
}

/** One case per promise, and one for the run itself: what invalidates or interrupts it is no fault of a promise. */
export function runJunit({ run }: RunData): string {
  const { status, exitCode } = run.verdict;
  const reasons = runLevelReasons(run);
  const broken = status === 'interrupted' || exitCode === exitCodes.undoFailed || reasons.length > 0;
  const itself: TestCase = {
    name: 'the run itself',
    outcome: broken ? 'error' : 'passed',
    message: `${status}: ${reasons.join('; ')}`,
    output: `verdict ${status}`,
  };
  const name = `${run.scenario.name} (${run.variant})`;
  const cases = [itself, ...run.slo.map(promiseCase)];
  return suiteXml(name, cases, run.startedAt, run.load.elapsedMicros / 1_000_000);
}

/** A promise that only warns fails no build, but is never shown as passed when it did not hold. */
function promiseCase(slo: SloRecord): TestCase {
  const { value, limit, margin, samples, reason } = promiseRow(slo);
  const outcomes = {
    pass: 'passed',
    warn: 'skipped',
    fail: 'failure',
    invalid: slo.severity === 'warn' ? 'skipped' : 'error',
    'not judged': 'skipped',
  } as const;
  return {
    name: slo.text,
    outcome: outcomes[slo.status],
    message: `${slo.status}: ${reason}`,
    output: `${slo.status}: measured ${value}, limit ${limit}, margin ${margin}, ${samples} samples`,
  };
}

/** One case per claim, one for the primary metric, one per promise of the variant that is to be better. */
export function comparisonJunit(comparison: Comparison): string {
  const { status, reasons, exitCode } = comparison.verdict;
  const broken = ['invalid', 'interrupted'].includes(status) || exitCode === exitCodes.undoFailed;
  const forced =
    comparison.forced.length === 0 ? '' : `; forced in spite of: ${comparison.forced.join('; ')}`;
  const itself: TestCase = {
    name: 'the comparison itself',
    outcome: broken ? 'error' : 'passed',
    message: `${status}: ${reasons.join('; ')}`,
    output: `verdict ${status} over ${comparison.pairs} pairs${forced}`,
  };
  const cases = [
    itself,
    ...comparison.claims.map(claimCase),
    ...metricCases(comparison),
    ...promiseCases(comparison),
  ];
  const seconds = (Date.parse(comparison.finishedAt) - Date.parse(comparison.startedAt)) / 1_000;
  const { before, after } = comparison.variants;
  const name = `${comparison.scenario.name} (${before} against ${after})`;
  return suiteXml(name, cases, comparison.startedAt, Number.isFinite(seconds) ? seconds : 0);
}

function claimCase(claim: ClaimResult): TestCase {
  const outcomes = {
    confirmed: 'passed',
    refuted: 'failure',
    inconclusive: 'skipped',
    invalid: 'error',
  } as const;
  return {
    name: `claim ${claim.id}: ${claim.says}`,
    outcome: outcomes[claim.verdict],
    message: claim.reason,
    output: `${claim.metric}: ${beforeText(claim)} to ${afterText(claim)}; ${claim.reason}`,
  };
}

function metricCases({ metrics }: Comparison): TestCase[] {
  return metrics
    .filter((metric) => metric.primary)
    .map((metric) => ({
      name: `primary metric ${metric.metric}`,
      outcome: (
        {
          improved: 'passed',
          'no change': 'passed',
          regressed: 'failure',
          inconclusive: 'skipped',
          invalid: 'error',
        } as const
      )[metric.outcome],
      message: metric.reason,
      output: `${metric.outcome}: ${changeText(metric)}; ${metric.reason}`,
    }));
}

function promiseCases({ promises, variants }: Comparison): TestCase[] {
  return promises.map((promise) => {
    const { passed, failed, other, median, medianAtLeast } = promise.after;
    const kept = `kept in ${passed} of ${passed + failed + other} runs of ${variants.after}`;
    const breach = promise.severity === 'warn' ? 'skipped' : 'failure';
    return {
      name: `promise ${promise.text}`,
      outcome: failed > 0 ? breach : other > 0 || passed === 0 ? 'skipped' : 'passed',
      message: kept,
      output: `${kept}, median ${formatValue(median, promise.unit, medianAtLeast)}, limit ${formatValue(promise.limit, promise.unit)}`,
    };
  });
}

function suiteXml(name: string, cases: readonly TestCase[], startedAt: string, seconds: number): string {
  const count = (outcome: TestCase['outcome']): number =>
    cases.filter((entry) => entry.outcome === outcome).length;
  const totals =
    `tests="${cases.length}" failures="${count('failure')}" errors="${count('error')}" ` +
    `skipped="${count('skipped')}" time="${seconds.toFixed(3)}"`;
  const suite = attribute(name);
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites name="mettle" ${totals}>`,
    `  <testsuite name="${suite}" ${totals} timestamp="${attribute(startedAt.replace(/\.\d+Z$|Z$/, ''))}">`,
    ...cases.map((entry) => caseXml(entry, suite)),
    '  </testsuite>',
    '</testsuites>',
    '',
  ].join('\n');
}

function caseXml(entry: TestCase, suite: string): string {
  const result =
    entry.outcome === 'passed' ? [] : [`      <${entry.outcome} message="${attribute(entry.message)}"/>`];
  return [
    `    <testcase classname="${suite}" name="${attribute(entry.name)}" time="0">`,
    ...result,
    `      <system-out>${escapeMarkup(entry.output)}</system-out>`,
    '    </testcase>',
  ].join('\n');
}

/** XML would turn line breaks and tabs in attributes into spaces; references keep them. */
const attribute = (text: string): string =>
  escapeMarkup(text).replace(/[\n\r\t]/g, (character) => `&#${character.charCodeAt(0)};`);
