// Rows of a comparison's tables: metrics, promises, runs.

import type { Comparison, MetricComparison } from '../compare/schema.ts';
import { afterText, beforeText, calledText, changeText, detectableText, noiseText } from './change-words.ts';
import { withoutControls } from './escape.ts';
import { formatValue, plural } from './words.ts';

export function metricRow(metric: MetricComparison) {
  return {
    metric: metric.metric,
    primary: metric.primary,
    before: beforeText(metric),
    after: afterText(metric),
    change: changeText(metric),
    adjustedP: metric.adjustedP === null ? '' : `p ${shortP(metric.adjustedP)}`,
    outcome: calledText(metric),
    outcomeClass: metric.outcome.replaceAll(' ', '-'),
    detectable: detectableText(metric),
    noise: noiseText(metric),
  };
}

const shortP = (p: number): string => (p < 0.001 ? '< 0.001' : p.toFixed(3));

type Kept = Comparison['promises'][number]['after'];

const runsOf = ({ passed, failed, other }: Kept): number => passed + failed + other;

export const keptText = (figures: Kept): string =>
  runsOf(figures) === 0 ? 'no run' : `${figures.passed} of ${plural(runsOf(figures), 'run')}`;

/** What no run was held to was not kept. */
export const isKept = (figures: Kept): boolean => runsOf(figures) > 0 && figures.passed === runsOf(figures);

export function promiseRow(promise: Comparison['promises'][number]) {
  const side = (figures: Kept) => {
    const judged = figures.failed > 0 ? 'fail' : isKept(figures) ? 'pass' : 'invalid';
    return {
      kept: keptText(figures),
      class: judged,
      median: formatValue(figures.median, promise.unit, figures.medianAtLeast),
    };
  };
  return {
    text: promise.text,
    limit: formatValue(promise.limit, promise.unit),
    before: side(promise.before),
    after: side(promise.after),
  };
}

/** Only paths below the comparison's own folder become links. */
function linkTo(runFolder: string): string {
  const parts = withoutControls(runFolder)
    .split('/')
    .filter((part) => part !== '' && part !== '.');
  const inside = !runFolder.startsWith('/') && !parts.includes('..');
  return inside ? `./${[...parts, 'report.html'].map(encodeURIComponent).join('/')}` : '';
}

export function runRow(run: Comparison['runs'][number]) {
  const { id, pair, position, variant, role, verdict, reasons } = run;
  return { id, href: linkTo(run.folder), pair, position, variant, role, verdict, reasons };
}

/** A run that was made again and does not count. */
export function repeatRow(run: Comparison['repeats'][number]) {
  const { id, pair, variant, reasons } = run;
  return { id, href: linkTo(run.folder), pair, variant, reasons };
}
