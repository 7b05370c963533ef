// The second argument of a metric: an outcome, a threshold, a statistic, or a promised share of good answers.

import { parseDuration, parseShare } from '../kernel/units.ts';
import { Refusal } from './cursor.ts';
import type { MetricArgument } from './expression.ts';
import type { Metric } from './metrics/metric.ts';

/** What an example calls the subject of a metric. */
const subjectWords: Readonly<Record<Metric['subject'], string>> = {
  series: 'query',
  fault: '<fault id>',
  link: '<dependency>',
  observed: 'target',
  scraped: '<name>',
};

const argumentWords: Readonly<Record<Metric['argument'], string | null>> = {
  none: null,
  outcome: null,
  statistic: null,
  duration: '500ms',
  target: '99.9%',
};

/** A metric cannot be computed without it. */
export const needsArgument = ({ argument }: Metric): boolean =>
  argument === 'duration' || argument === 'target';

/** `apdex(query, 500ms)`, with all that is required. */
export function exampleOf(metric: Metric, name: string): string {
  const words = [subjectWords[metric.subject], argumentWords[metric.argument]].filter(
    (word) => word !== null,
  );
  return `\`${name}(${words.join(', ')})\``;
}

const statisticPattern = /^(?:mean|max|min|p[1-9]\d?(?:\.\d{1,2})?)$/;

export const isStatistic = (text: string): boolean => statisticPattern.test(text);

function targetOf(text: string, at: number, example: string): MetricArgument {
  const share = parseShare(text);
  if (share === undefined)
    throw new Refusal(`cannot read the target \`${text}\``, at, `expected a percentage: ${example}`);
  if (share > 0 && share < 1) return { kind: 'target', share };
  throw new Refusal(
    `the target \`${text}\` is not between 0% and 100%`,
    at,
    `it leaves something to fail: ${example}`,
  );
}

/** Reads an argument of the kind that the metric takes. `at`: its offset. Throws Refusal. */
export function argumentOf(metric: Metric, name: string, text: string, at: number): MetricArgument {
  if (text === '') throw new Refusal('an argument is missing after the comma', at, 'leave out the comma');
  switch (metric.argument) {
    case 'outcome':
      if (text === 'ok' || text === 'failed') return { kind: 'outcome', outcome: text };
      throw new Refusal(`unknown argument \`${text}\``, at, 'expected `ok` or `failed`');
    case 'duration': {
      const micros = parseDuration(text);
      if (micros !== undefined && micros > 0 && Number.isSafeInteger(micros))
        return { kind: 'duration', micros };
      const suggestion = `expected a duration: ${exampleOf(metric, name)}`;
      throw new Refusal(`cannot read the threshold \`${text}\``, at, suggestion);
    }
    case 'statistic':
      if (isStatistic(text)) return { kind: 'statistic', statistic: text };
      throw new Refusal(
        `unknown statistic \`${text}\``,
        at,
        'expected `mean`, `max`, `min` or a percentile such as `p95`',
      );
    case 'target':
      return targetOf(text, at, exampleOf(metric, name));
    case 'none':
      throw new Refusal(
        `\`${name}\` takes one argument`,
        at,
        'leave out what follows the comma; a name cannot hold one',
      );
  }
}
