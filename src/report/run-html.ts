// The HTML report of one run.

import type { RunData } from '../record/data.ts';
import type { FaultRecord, HealthRecord, LatencyRecord, RunRecord, SloRecord } from '../record/schema.ts';
import { formatDuration, formatShare, formatSize } from '../kernel/units.ts';
import { runCharts } from './run-charts.ts';
import { markup, template } from './template.ts';
import { formatMoment, formatValue } from './words.ts';

const render = template<ReturnType<typeof viewOf>>('run.hbs');

export const runHtml = (data: RunData): string => render(viewOf(data));

function viewOf(data: RunData) {
  const { run } = data;
  const charts = runCharts(data);
  return {
    mettle: run.environment.mettle,
    title: `${run.verdict.status}: ${run.scenario.name} (${run.variant})`,
    heading: run.scenario.name,
    target: run.target.name,
    variant: run.variant,
    seed: run.seed,
    startedAt: formatMoment(run.startedAt),
    elapsed: formatDuration(run.load.elapsedMicros),
    verdict: run.verdict,
    notes: run.notes,
    promises: run.slo.map(promiseRow),
    faults: run.faults.map(faultRow),
    observations: run.faults.flatMap(observationRow),
    series: run.series.map(seriesRow),
    errors: errorRows(run),
    charts: {
      latency: charts.latency.map(markup),
      traffic: charts.traffic.map(markup),
      target: charts.target.map(markup),
    },
    health: healthView(run.health),
    command: run.command,
    facts: facts(run),
  };
}

function promiseRow(slo: SloRecord) {
  return {
    text: slo.text,
    status: slo.status,
    value: formatValue(slo.value, slo.unit, slo.atLeast),
    limit: formatValue(slo.limit, slo.unit),
    margin: margin(slo),
    samples: slo.samples,
    reason: slo.reason ?? '',
  };
}

/** How far the value is from its limit, as a share of the limit; points for shares. */
function margin(slo: SloRecord): string {
  if (slo.value === null || slo.atLeast) return '–';
  if (slo.unit === 'share') return `${(Math.abs(slo.limit - slo.value) * 100).toFixed(2)} pts`;
  return slo.limit === 0 ? '–' : formatShare(Math.abs(slo.limit - slo.value) / Math.abs(slo.limit));
}

function faultRow(fault: FaultRecord) {
  const asked = Object.entries(fault.with)
    .map(([key, value]) => `${key} ${value}`)
    .join(', ');
  const lasted =
    fault.effectAtMicros === null || fault.clearedAtMicros === null
      ? '–'
      : formatDuration(fault.clearedAtMicros - fault.effectAtMicros);
  const { before, during, status } = fault.traffic;
  return {
    id: fault.id,
    asked: `${fault.kind} on ${fault.on}${asked === '' ? '' : `: ${asked}`}`,
    effectAt: fault.effectAtMicros === null ? 'never' : `at ${formatDuration(fault.effectAtMicros)}`,
    lasted,
    traffic: {
      status,
      figures: before === null || during === null ? '' : `${before} before, ${during} during`,
    },
    fidelity: fault.fidelity,
    state: fault.status,
    stateClass: fault.status === 'undo failed' ? 'fail' : fault.status,
    note: fault.note ?? '',
  };
}

function observationRow(fault: FaultRecord) {
  const seen = fault.observation;
  if (seen === null) return [];
  return [
    {
      id: fault.id,
      connections: seen.connections,
      refused: seen.refused,
      resets: seen.resets,
      bytesUp: formatSize(seen.bytesUp),
      bytesDown: formatSize(seen.bytesDown),
      p50: formatValue(seen.addedDelayMicros?.p50 ?? null, 'µs'),
      p99: formatValue(seen.addedDelayMicros?.p99 ?? null, 'µs'),
    },
  ];
}

const latencyText = (latency: LatencyRecord, name: 'p50' | 'p95' | 'p99' | 'max'): string =>
  formatValue(latency[name], 'µs', latency.atLeast.includes(name));

function seriesRow(series: RunRecord['series'][number]) {
  return {
    ...series,
    p50: latencyText(series.responseMicros, 'p50'),
    p95: latencyText(series.responseMicros, 'p95'),
    p99: latencyText(series.responseMicros, 'p99'),
    max: latencyText(series.responseMicros, 'max'),
    serviceP50: latencyText(series.serviceMicros, 'p50'),
    serviceP99: latencyText(series.serviceMicros, 'p99'),
  };
}

function errorRows(run: RunRecord) {
  return run.series
    .filter((series) => series.kind === 'step')
    .flatMap((series) =>
      Object.entries(series.errors).map(([name, count]) => ({
        series: series.name,
        class: name,
        count,
        examples: series.examples.filter((entry) => entry.class === name).map((entry) => entry.example),
      })),
    );
}

function healthView(health: HealthRecord) {
  return {
    level: health.level,
    judgedSeconds: health.judgedSeconds,
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

function facts(run: RunRecord) {
  const { environment } = run;
  return [
    ['run', run.id],
    ['scenario', `${run.scenario.file ?? run.scenario.name} (${run.scenario.hash.slice(0, 12)})`],
    ['target address', run.target.http ?? run.target.ws ?? '–'],
    ['warm-up, left out', formatDuration(run.load.warmupMicros)],
    ['fault proxy', environment.proxy],
    ['generator threads', String(environment.threads)],
    ['machine', `${environment.cpus} × ${environment.cpuModel}, ${formatSize(environment.memoryBytes)}`],
    ['platform', `${environment.platform} ${environment.arch}, Node ${environment.node}`],
    ['machine fingerprint', environment.fingerprint],
  ].map(([name, value]) => ({ name, value }));
}
