// The HTML report of one run.

import type { RunData } from '../record/data.ts';
import type { HealthRecord, RunRecord } from '../record/schema.ts';
import { formatDuration, formatShare, formatSize } from '../kernel/units.ts';
import { type Chart, figure } from './charts/figure.ts';
import { attemptCharts } from './attempt-charts.ts';
import { attemptRows } from './attempt-words.ts';
import { doctorView } from './doctor-rows.ts';
import { eventRows } from './event-rows.ts';
import { faultRow, faultSummary, observationRow } from './fault-rows.ts';
import { impactRow } from './impact-rows.ts';
import { latencyCharts, latencySpectrum, responseAgainstService } from './latency-charts.ts';
import { promiseRow } from './promise-rows.ts';
import { runTimeline } from './run-windows.ts';
import { errorRows, flowGroups } from './series-table.ts';
import { scrapeCharts } from './scrape-charts.ts';
import { suspicionRows } from './suspicion-words.ts';
import { targetCharts } from './target-charts.ts';
import { markup, type Markup, template } from './template.ts';
import { failureChart, rateChart } from './traffic-charts.ts';
import { webSocketView } from './websocket-rows.ts';
import { formatMoment, formatValue, plural } from './words.ts';

const render = template('run.hbs');
const mostSeriesCharts = 12;
const mostCurves = 6;

export const runHtml = (data: RunData): string => render(viewOf(data));

function viewOf(data: RunData) {
  const { run } = data;
  const { status } = run.verdict;
  return {
    mettle: run.environment.mettle,
    title: `${status}: ${run.scenario.name} (${run.variant})`,
    heading: run.scenario.name,
    target: run.target.name,
    variant: run.variant,
    seed: run.seed,
    startedAt: formatMoment(run.startedAt),
    elapsed: formatDuration(run.load.elapsedMicros),
    warmup: formatDuration(run.load.warmupMicros),
    verdict: { status, reasons: run.verdict.reasons },
    allHeld: allHeld(run),
    suspicion: suspicionRows(run.suspicion),
    notes: run.notes,
    glance: glance(run),
    promises: run.slo.map(promiseRow),
    faults: run.faults.map(faultRow),
    impacts: run.faults.flatMap(impactRow),
    observations: run.faults.flatMap(observationRow),
    attempts: attemptRows(run),
    events: eventRows(run),
    flows: flowGroups(run),
    webSockets: webSocketView(run),
    errors: errorRows(run),
    charts: chartsOf(data),
    health: healthView(run.health),
    doctor: doctorView(run.environment.doctor),
    command: run.command,
    facts: facts(run),
  };
}

/** What a verdict without reasons means. */
function allHeld({ slo }: RunRecord): string {
  const notJudged = slo.filter((promise) => promise.status === 'not judged').length;
  if (slo.length === 0) return 'Nothing was promised; the measurement itself is sound.';
  if (notJudged === 0) return 'Every promise held.';
  return `No promise was broken; ${notJudged} of ${slo.length} could not be judged.`;
}

/** What a reader wants to know first, in four figures. */
function glance(run: RunRecord) {
  const steps = run.series.filter((series) => series.kind === 'step');
  const offered = steps.reduce((sum, series) => sum + series.offered, 0);
  const ok = steps.reduce((sum, series) => sum + series.ok, 0);
  const held = run.slo.filter((slo) => slo.status === 'pass').length;
  return [
    { name: 'promises held', value: run.slo.length === 0 ? 'none made' : `${held} of ${run.slo.length}` },
    { name: 'offered, after the warm-up', value: plural(offered, 'step') },
    { name: 'answered well', value: offered === 0 ? '–' : formatShare(ok / offered) },
    { name: 'faults', value: faultSummary(run.faults) },
  ];
}

function chartsOf(data: RunData) {
  const offered = data.run.series.filter((series) => series.kind === 'step' && series.offered > 0);
  const shown = offered.slice(0, mostSeriesCharts);
  const bySamples = [...shown].sort((a, b) => b.offered - a.offered).slice(0, mostCurves);
  const curves = shown.filter((series) => bySamples.includes(series));
  // Series with a heat map come first, so that both charts of a series stand side by side.
  const pairs = shown.map((series, index) => latencyCharts(data, series, index));
  const failures = failureChart(data);
  const left = offered.length - shown.length;
  return {
    timeline: drawn([runTimeline(data)]),
    attempts: drawn(attemptCharts(data.run)),
    waiting: drawn([responseAgainstService(shown)]),
    latency: drawn(
      [...pairs.filter(([, heat]) => heat !== null), ...pairs.filter(([, heat]) => heat === null)].flat(),
    ),
    leftOut: left === 0 ? '' : `${plural(left, 'further series', 'further series')}: in the table only.`,
    spectrum: drawn(curves.length === 0 ? [] : [latencySpectrum(data, curves)]),
    traffic: drawn([rateChart(data), failures]),
    nothingFailed: failures === null,
    target: drawn([...targetCharts(data), ...scrapeCharts(data)]),
  };
}

const drawn = (charts: readonly (Chart | null)[]): Markup[] =>
  charts.flatMap((chart) => (chart === null ? [] : [markup(figure(chart))]));

function healthView(health: HealthRecord) {
  return {
    level: health.level,
    judgedSeconds: health.judgedSeconds,
    reasons: health.reasons,
    measures: health.measures.map((measure) => ({
      name: measure.name,
      level: measure.level,
      value: formatValue(measure.value, measure.unit),
      worst: formatValue(measure.worst, measure.unit),
      degradedAbove: formatValue(measure.degradedAbove, measure.unit),
      saturatedAbove: formatValue(measure.saturatedAbove, measure.unit),
    })),
  };
}

const certificateWords = {
  verified: 'verified wherever TLS is used',
  'not verified': 'not verified (tls.verify: false)',
} as const;

function facts(run: RunRecord) {
  const { environment } = run;
  return [
    ['run', run.id],
    ['scenario', `${run.scenario.file ?? run.scenario.name} (${run.scenario.hash.slice(0, 12)})`],
    ['target address', [run.target.http, run.target.ws].filter((url) => url !== null).join(', ') || '–'],
    ['certificates', certificateWords[environment.certificates]],
    ['fault proxy', environment.proxy],
    ['generator threads', String(environment.threads)],
    ['machine', `${environment.cpus} × ${environment.cpuModel}, ${formatSize(environment.memoryBytes)}`],
    ['platform', `${environment.platform} ${environment.arch}, Node ${environment.node}`],
    ['machine fingerprint', environment.fingerprint.slice(0, 16)],
  ].map(([name = '', value = '']) => ({ name, value }));
}
