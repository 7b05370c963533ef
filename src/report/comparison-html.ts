// The HTML report of a comparison: before against after.

import type { Comparison, MetricComparison } from '../compare/schema.ts';
import { byPhase, claimsNote, designText, forcedLead, levelText, noiseSource } from './change-words.ts';
import { figure } from './charts/figure.ts';
import { pairDots } from './charts/pairs.ts';
import { isDrawable, spectrumChart, spectrumNote } from './charts/spectrum.ts';
import { claimRow } from './claim-rows.ts';
import { isKept, metricRow, promiseRow, repeatRow, runRow } from './comparison-rows.ts';
import { forestCharts } from './effect-axis.ts';
import { markup, type Markup, template } from './template.ts';
import { foldReasons, formatMoment, formatValue, plural } from './words.ts';

const render = template('comparison.hbs');

export const comparisonHtml = (comparison: Comparison): string => render(viewOf(comparison));

function viewOf(comparison: Comparison) {
  const { metrics, verdict, variants } = comparison;
  return {
    mettle: String(comparison.environment['mettle'] ?? ''),
    title: `${verdict.status}: ${comparison.scenario.name}, ${variants.before} against ${variants.after}`,
    heading: comparison.scenario.name,
    target: comparison.target,
    variants,
    design: designText(comparison),
    level: levelText(comparison),
    forced: comparison.forced,
    forcedLead,
    noise: noiseSource(comparison) ?? '',
    claimsNote: claimsNote(comparison) ?? '',
    seed: comparison.seed,
    startedAt: formatMoment(comparison.startedAt),
    finishedAt: formatMoment(comparison.finishedAt),
    verdict: { status: verdict.status, reasons: foldReasons(verdict.reasons) },
    allHeld: allHeld(comparison),
    notes: comparison.notes,
    glance: glance(comparison),
    claims: comparison.claims.map((claim) => ({
      ...claimRow(claim),
      reason: elsewhere(claim.reason, verdict),
    })),
    primary: metrics.find((metric) => metric.primary)?.metric ?? '',
    forests: forestCharts(metrics, levelText(comparison)).map((chart) => markup(figure(chart))),
    alone: metrics.some(({ alone }) => alone !== null),
    groups: byPhase(metrics).map((group, at) => groupOf(group, at, comparison)),
    spectra: spectra(comparison),
    promises: comparison.promises.map(promiseRow),
    runs: comparison.runs.map(runRow),
    repeats: comparison.repeats.map(repeatRow),
    command: comparison.command,
    facts: Object.entries(comparison.environment).map(([name, value]) => ({ name, value })),
  };
}

/** What a verdict without reasons means, naming only what there was to judge. */
function allHeld({ claims, promises, metrics, variants }: Comparison): string {
  const primary = metrics.find((metric) => metric.primary);
  const warned = promises.filter(({ after }) => after.failed > 0).map(({ text }) => text);
  const parts = [
    warned.length === 0 ? [] : [`broken, which only warns: ${warned.join(', ')}`],
    claims.length === 0 ? [] : ['every claim was confirmed'],
    primary === undefined ? [] : [`${primary.metric} did not regress`],
    warned.length < promises.length
      ? [`no ${warned.length === 0 ? '' : 'other '}promise was broken in “${variants.after}”`]
      : [],
  ].flat();
  const text = parts.join('; ');
  return text === ''
    ? 'Nothing was claimed or promised.'
    : `${text.slice(0, 1).toUpperCase()}${text.slice(1)}.`;
}

function glance({ claims, promises, metrics, runs }: Comparison) {
  const confirmed = claims.filter((claim) => claim.verdict === 'confirmed').length;
  const kept = promises.filter(({ after }) => isKept(after)).length;
  const primary = metrics.find((metric) => metric.primary);
  const invalid = runs.filter((run) => run.verdict === 'invalid').length;
  return [
    {
      name: 'claims confirmed',
      value: claims.length === 0 ? 'none made' : `${confirmed} of ${claims.length}`,
    },
    { name: 'primary metric', value: primary === undefined ? 'none' : primary.outcome },
    {
      name: 'promises kept in every run after',
      value: promises.length === 0 ? 'none made' : `${kept} of ${promises.length}`,
    },
    {
      name: 'runs',
      value: invalid === 0 ? plural(runs.length, 'run') : `${runs.length}, ${invalid} invalid`,
    },
  ];
}

/** What the verdict says already is not said again beside every metric. */
const elsewhere = (reason: string, verdict: Comparison['verdict']): string =>
  verdict.reasons.includes(reason) ? 'see the verdict' : reason;

/** The metrics of one phase, with their pairs. */
function groupOf(group: ReturnType<typeof byPhase>[number], at: number, comparison: Comparison) {
  const { variants, verdict } = comparison;
  return {
    title: group.title,
    metrics: group.metrics.map((metric) => ({
      ...metricRow(metric),
      reason: elsewhere(metric.reason, verdict),
    })),
    pairCharts: group.metrics.map((metric, index) => pairChart(metric, `${at}-${index}`, variants)),
  };
}

function pairChart(metric: MetricComparison, id: string, names: Comparison['variants']): Markup {
  const chart = pairDots({
    id: `pairs-${id}`,
    title: metric.metric,
    pairs: metric.pairs,
    scale: metric.unit === 'µs' ? 'latency' : 'linear',
    format: (value) => formatValue(value, metric.unit),
    names,
  });
  return markup(figure(chart));
}

interface Spectra {
  readonly charts: Markup[];
  readonly note: string;
}

/** One overlay per series; those with too few samples for a curve are named instead. */
function spectra(comparison: Comparison): Spectra {
  const names = [...new Set(comparison.spectra.map((spectrum) => spectrum.series))];
  const series = names.map((name) => ({
    name,
    curves: comparison.spectra
      .filter((spectrum) => spectrum.series === name)
      .map((spectrum) => ({
        ...spectrum,
        name: comparison.variants[spectrum.role],
        className: spectrum.role,
      })),
  }));
  const drawn = series.filter(({ curves }) => curves.some(isDrawable));
  const left = series.filter((entry) => !drawn.includes(entry)).map((entry) => entry.name);
  return {
    charts: drawn.map(({ name, curves }, index) =>
      markup(figure(spectrumChart(`spectrum-${index}`, name, curves))),
    ),
    note: `${spectrumNote}${left.length === 0 ? '' : ` Too few samples for a curve: ${left.join(', ')}.`}`,
  };
}
