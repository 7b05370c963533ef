// What a run leaves to the history: the values that later runs are held against, and what makes it comparable to them.

import { traitsOf } from '../compare/comparable.ts';
import { floorOf } from '../compare/resolution.ts';
import type { RunData } from '../record/data.ts';
import { type HistoryEntry, historyFormatVersion, type HistoryValue } from '../record/history-schema.ts';
import { directionOf } from '../slo/direction.ts';
import type { Measure, PromiseExpression } from '../slo/expression.ts';
import type { Gate } from '../slo/gate.ts';
import { gatesOf, promiseFrom } from '../slo/gates.ts';
import { parseMeasure } from '../slo/parse.ts';
import { printMeasure } from '../slo/print.ts';
import { readMeasure } from '../slo/reading.ts';
import { baselineReader } from './baseline-reading.ts';
import { unfitnessOf } from './unfit.ts';

interface EntryOptions {
  /** Metrics of the scenario's claims, which a record does not keep. */
  readonly claims?: readonly string[];
}

/** What everybody asks for of all steps; of the target only where it was watched. */
const always = ['p50', 'p95', 'p99', 'error_rate', 'throughput'];
const whereWatched = ['cpu(target)', 'memory(target)'];

/** Pure. Promises, the primary metric and phases are those of the record. */
export function historyEntryOf(data: RunData, { claims = [] }: EntryOptions = {}): HistoryEntry {
  const { run } = data;
  const promises = run.slo.map(({ text }) => promiseFrom(text));
  const reader: Reader = { data, promises, gates: gatesOf(run.slo) };
  const primary = run.primary === null ? null : measureIn(run.primary);
  const named = [...claims, ...always].flatMap((text) => measureIn(text) ?? []);
  const measures = [
    ...(primary === null ? [] : [primary]),
    ...promises.map(({ measure }) => measure),
    ...named,
  ];
  const watched = whereWatched.flatMap((text) => measureIn(text) ?? []);
  const values = [
    ...measures.map((measure) => valueOf(measure, reader)),
    ...watched.map((measure) => valueOf(measure, reader)).filter(({ value }) => value !== null),
  ];
  return {
    formatVersion: historyFormatVersion,
    id: run.id,
    startedAt: run.startedAt,
    scenario: { name: run.scenario.name, hash: run.scenario.hash },
    target: run.target.name,
    variant: run.variant,
    seed: run.seed,
    commit: run.commit ?? null,
    traits: traitsOf(run),
    verdict: { status: run.verdict.status, exitCode: run.verdict.exitCode },
    unfit: unfitnessOf(run),
    primary: primary === null ? null : printMeasure(primary),
    values: [...new Map(values.map((value) => [value.metric, value])).values()],
    baselines: baselinesOf(data),
  };
}

interface Reader {
  readonly data: RunData;
  /** They say what is better where a metric does not. */
  readonly promises: readonly PromiseExpression[];
  readonly gates: readonly Gate[];
}

/** null for what another version of Mettle may have known. */
function measureIn(text: string): Measure | null {
  const parsed = parseMeasure(text);
  return parsed.ok ? parsed.value : null;
}

function valueOf(measure: Measure, { data, promises, gates }: Reader): HistoryValue {
  const { metric, reading } = readMeasure(measure, data, gates);
  const { samples, note } = reading;
  const value = reading.value !== null && Number.isFinite(reading.value) ? reading.value : null;
  const why = value === null ? (note ?? 'it has no value') : metric.tooFew(measure, samples, null);
  return {
    metric: printMeasure(measure),
    unit: metric.unit,
    scale: metric.scale,
    better: directionOf(measure, promises),
    resolution: floorOf(metric),
    tolerance: metric.tolerance(measure.metric),
    value: why === null ? value : null,
    atLeast: why === null && reading.atLeast,
    samples,
    why,
  };
}

/** Of relative promises: comparable runs have the same promises, so each is asked for by its text. */
function baselinesOf(data: RunData): HistoryEntry['baselines'] {
  const { slo } = data.run;
  const relative = slo.filter(({ text }) => typeof promiseFrom(text).limit !== 'number');
  const read = baselineReader(slo.map(({ text, severity }) => ({ assert: text, severity })));
  return relative.map(({ text }) => ({ promise: text, ...read(data, text) }));
}
