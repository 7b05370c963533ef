// The series of a run, grouped by the flow they belong to, steps before whole iterations.

import type { LatencyRecord, RunRecord, SeriesRecord } from '../record/schema.ts';
import { formatDuration, formatRate, significant } from '../kernel/units.ts';
import { formatValue } from './words.ts';

const latencyText = (latency: LatencyRecord, name: 'p50' | 'p95' | 'p99' | 'max'): string =>
  formatValue(latency[name], 'µs', latency.atLeast.includes(name));

function seriesRow(series: SeriesRecord) {
  const { responseMicros: response, serviceMicros: service } = series;
  return {
    name: series.kind === 'flow' ? 'whole iteration' : series.name,
    serviceOnly: !series.hasDueTime,
    offered: series.offered,
    ok: series.ok,
    failed: series.failed,
    dropped: series.dropped,
    unsent: series.unsent,
    censored: series.censored,
    p50: latencyText(response, 'p50'),
    p95: latencyText(response, 'p95'),
    p99: latencyText(response, 'p99'),
    max: latencyText(response, 'max'),
    serviceP50: latencyText(service, 'p50'),
    serviceP95: latencyText(service, 'p95'),
    serviceP99: latencyText(service, 'p99'),
  };
}

export function flowGroups(run: RunRecord) {
  const flows = [...new Set(run.series.map((series) => series.flow))];
  return flows.map((flow) => {
    const own = run.series.filter((series) => series.flow === flow);
    const ordered = [
      ...own.filter((one) => one.kind === 'step'),
      ...own.filter((one) => one.kind === 'flow'),
    ];
    const entries = run.load.entries.filter((entry) => flow !== null && entry.flows.includes(flow));
    return { flow: flow ?? 'pooled', load: entries.map(loadText).join('; '), series: ordered.map(seriesRow) };
  });
}

type LoadEntry = RunRecord['load']['entries'][number];

/** `arrivals 5/s → 40/s for 30s, then 40/s for 1m`; `users 0 → 50 for 20s, each every 2s, from 10s on` */
function loadText(entry: LoadEntry): string {
  const show = entry.model === 'arrivals' ? formatRate : significant;
  const stages = entry.stages.map((stage) => {
    const level = stage.from === stage.to ? show(stage.to) : `${show(stage.from)} → ${show(stage.to)}`;
    return `${level} for ${formatDuration(stage.forMicros)}${stage.spacing === 'poisson' ? ', Poisson' : ''}`;
  });
  const { iterations, everyMicros, delayMicros, flows } = entry;
  const parts = [
    `${entry.model === 'saturate' ? 'saturating connections' : entry.model} ${stages.join(', then ')}`,
    ...(everyMicros === null ? [] : [`each every ${formatDuration(everyMicros)}`]),
    ...(iterations === null
      ? []
      : [`at most ${iterations.count} iterations ${iterations.per === 'user' ? 'per user' : 'in total'}`]),
    ...(flows.length === 1 ? [] : [`shared by ${flows.join(', ')}`]),
    ...(delayMicros === 0 ? [] : [`from ${formatDuration(delayMicros)} on`]),
  ];
  return parts.join(', ');
}

export function errorRows(run: RunRecord) {
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
