// summary.md of one run: the verdict, the promises, the faults, the series; for a GitHub step summary.

import type { RunData } from '../record/data.ts';
import { formatDuration } from '../kernel/units.ts';
import { attemptRows } from './attempt-words.ts';
import { eventRows } from './event-rows.ts';
import { faultRow } from './fault-rows.ts';
import { impactRow } from './impact-rows.ts';
import { code, document, marked, plain, section } from './markdown.ts';
import { promiseRow } from './promise-rows.ts';
import { flowGroups } from './series-table.ts';
import { suspicionWords } from './suspicion-words.ts';

export function runMarkdown({ run }: RunData): string {
  const promises = run.slo.map(promiseRow);
  const series = flowGroups(run).flatMap((group) =>
    group.series.map((row) => ({ ...row, flow: group.flow })),
  );
  return document([
    `## ${marked(run.verdict.status)}: ${plain(run.scenario.name)} (${plain(run.variant)})`,
    '',
    ...run.verdict.reasons.map((reason) => `- ${plain(reason)}`),
    ...(run.verdict.reasons.length === 0 ? [] : ['']),
    ...(run.suspicion === undefined
      ? []
      : [`${marked(run.suspicion.outcome)}: ${plain(suspicionWords(run.suspicion))}`, '']),
    `Load for ${formatDuration(run.load.elapsedMicros)} on ${plain(run.target.name)}, seed ${run.seed}, generator ${run.health.level}.`,
    '',
    ...section('Promises', {
      columns: ['promise', 'status', 'value', 'margin', 'samples'],
      rows: promises.map((row) => [
        code(row.text),
        marked(row.status),
        plain(row.value),
        plain(row.margin),
        String(row.samples),
      ]),
    }),
    ...section('Faults', {
      columns: ['fault', 'asked for', 'took effect', 'lasted', 'state'],
      rows: run.faults
        .map(faultRow)
        .map((row) => [
          ...[plain(row.id), plain(row.asked), row.effectAt, plain(row.lasted)],
          plain(row.note === '' ? row.state : `${row.state}; ${row.note}`),
        ]),
    }),
    ...section('What the faults did', {
      columns: ['fault', 'broken', 'held again', 'answers missing', 'worst second', 'error budget spent'],
      rows: run.faults
        .flatMap(impactRow)
        .map((row) => [
          ...[row.id, row.detection, row.recovery, row.missing, row.peak].map(plain),
          [
            ...row.budget.map(({ promise, spent }) => `${code(promise)} ${plain(spent)}`),
            ...(row.note === '' ? [] : [plain(row.note)]),
          ].join('; '),
        ]),
    }),
    ...section('Attempts at the fault proxy', {
      columns: ['fault', 'attempts', 'answered', 'per request', 'retries after', 'held', 'silence', 'probes'],
      rows: attemptRows(run).map((row) => [
        plain(row.id),
        String(row.total),
        String(row.answered),
        ...[row.amplification, row.spacing, row.hold, row.silence, row.probes].map(({ value }) =>
          plain(value),
        ),
      ]),
    }),
    ...section('Events', {
      columns: ['at', 'where', 'what', 'during'],
      rows: eventRows(run).map((row) => [row.at, plain(row.source), plain(row.what), plain(row.cause)]),
    }),
    ...section('Series', {
      columns: ['series', 'offered', 'ok', 'p50', 'p95', 'p99', 'max'],
      rows: series.map((row) => [
        `${plain(row.flow)}: ${plain(row.name)}`,
        String(row.offered),
        String(row.ok),
        ...[row.p50, row.p95, row.p99, row.max].map(plain),
      ]),
    }),
    ...run.notes.map((note) => `- ${plain(note)}`),
    ...(run.notes.length === 0 ? [] : ['']),
    `To repeat it: ${code(run.command)}`,
  ]);
}
