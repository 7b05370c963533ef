// The HTML report of a comparison: before against after.

import type { ClaimResult, Comparison, MetricComparison } from '../compare/schema.ts';
import { figure } from './charts/figure.ts';
import { type ForestRow, forestPlot } from './charts/forest.ts';
import { pairDots } from './charts/pairs.ts';
import { spectrumChart } from './charts/spectrum.ts';
import { markup, type Markup, template } from './template.ts';
import { formatEffect, formatEstimate, formatMoment, formatValue } from './words.ts';

const render = template<ReturnType<typeof viewOf>>('comparison.hbs');

export const comparisonHtml = (comparison: Comparison): string => render(viewOf(comparison));

function viewOf(comparison: Comparison) {
  const { metrics } = comparison;
  return {
    mettle: String(comparison.environment['mettle'] ?? ''),
    title: `${comparison.verdict.status}: ${comparison.scenario.name}, before against after`,
    heading: comparison.scenario.name,
    target: comparison.target,
    variants: comparison.variants,
    pairs: comparison.pairs,
    seed: comparison.seed,
    startedAt: formatMoment(comparison.startedAt),
    finishedAt: formatMoment(comparison.finishedAt).slice(11),
    verdict: comparison.verdict,
    notes: comparison.notes,
    claims: comparison.claims.map(claimRow),
    primary: metrics.find((metric) => metric.primary)?.metric,
    forests: forests(metrics),
    metrics: metrics.map(metricRow),
    pairCharts: metrics.map((metric, index) => pairChart(metric, index)),
    spectra: spectra(comparison),
    promises: comparison.promises.map(promiseRow),
    runs: comparison.runs.map((run) => ({
      ...run,
      href: `${run.folder.split('/').map(encodeURIComponent).join('/')}/report.html`,
      reason: run.reasons[0] ?? '',
    })),
    command: comparison.command,
    facts: Object.entries(comparison.environment).map(([name, value]) => ({ name, value })),
  };
}

function claimRow(claim: ClaimResult) {
  return {
    ...claim,
    documented: claim.documented === null ? '–' : `${claim.documented.before} → ${claim.documented.after}`,
    before: formatValue(claim.beforeMedian, claim.unit),
    after: formatValue(claim.afterMedian, claim.unit),
    change: formatEstimate(claim.estimate, claim.interval95, claim.scale),
    threshold: formatEffect(claim.threshold, claim.scale),
  };
}

function metricRow(metric: MetricComparison) {
  return {
    ...metric,
    before: formatValue(metric.beforeMedian, metric.unit),
    after: formatValue(metric.afterMedian, metric.unit),
    change: formatEstimate(metric.estimate, metric.interval95, metric.scale),
    outcomeClass: metric.outcome.replaceAll(' ', '-'),
    detectable: detectable(metric),
  };
}

function detectable(metric: MetricComparison): string {
  if (metric.smallestDetectable === null) return '–';
  const points = metric.scale === 'points' ? ' pts' : '%';
  return `± ${(metric.smallestDetectable * 100).toFixed(1)}${points}`;
}

/** Relative changes and differences in points have axes of their own. */
function forests(metrics: readonly MetricComparison[]): Markup[] {
  const scales = [
    { scale: 'log', title: 'Relative change', axis: 'after against before, logarithmic' },
    { scale: 'points', title: 'Change in points', axis: 'after minus before' },
  ] as const;
  return scales.flatMap(({ scale, title, axis }) => {
    const rows = metrics.filter((metric) => metric.scale === scale).map(forestRow);
    if (rows.length === 0) return [];
    const chart = forestPlot({
      id: `forest-${scale}`,
      title,
      rows,
      axis,
      formatTick: (value) => formatEffect(value, scale),
      lowText: 'lower after',
      highText: 'higher after',
    });
    return [markup(figure(chart))];
  });
}

function forestRow(metric: MetricComparison): ForestRow {
  return {
    name: metric.metric,
    estimate: metric.estimate,
    low: metric.interval95?.low ?? null,
    high: metric.interval95?.high ?? null,
    openLow: metric.interval95?.low === null,
    openHigh: metric.interval95?.high === null,
    tolerance: metric.tolerance,
    outcome: metric.outcome,
    label: formatEstimate(metric.estimate, metric.interval95, metric.scale),
  };
}

function pairChart(metric: MetricComparison, index: number): Markup {
  const chart = pairDots({
    id: `pairs-${index}`,
    title: metric.metric,
    pairs: metric.pairs,
    scale: metric.unit === 'µs' ? 'latency' : 'linear',
    format: (value) => formatValue(value, metric.unit),
  });
  return markup(figure(chart));
}

function spectra(comparison: Comparison): Markup[] {
  const names = [...new Set(comparison.spectra.map((spectrum) => spectrum.series))];
  return names.map((name, index) => {
    const curves = comparison.spectra
      .filter((spectrum) => spectrum.series === name)
      .map((spectrum) => ({
        ...spectrum,
        name: comparison.variants[spectrum.role],
        className: spectrum.role,
      }));
    return markup(figure(spectrumChart(`spectrum-${index}`, name, curves)));
  });
}

function promiseRow(promise: Comparison['promises'][number]) {
  const side = (figures: Comparison['promises'][number]['after']) => {
    const total = figures.passed + figures.failed + figures.other;
    return {
      kept: `${figures.passed} of ${total}`,
      class: figures.failed > 0 ? 'fail' : figures.other > 0 ? 'invalid' : 'pass',
      median: formatValue(figures.median, promise.unit),
    };
  };
  return {
    text: promise.text,
    limit: formatValue(promise.limit, promise.unit),
    before: side(promise.before),
    after: side(promise.after),
  };
}
