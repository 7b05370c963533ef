// From what was measured to the record with its verdict. Pure but for the machine it names.

import type { RunData } from '../record/data.ts';
import { type FaultRecord, formatVersion, type RunRecord } from '../record/schema.ts';
import type { Slice } from '../measure/slice.ts';
import { evaluatePromises } from '../slo/evaluate.ts';
import { verdictOf } from '../slo/verdict.ts';
import type { ProcessSample } from '../system/system.ts';
import type { Breach } from './abort-watch.ts';
import { seriesRecords } from './assemble.ts';
import { withAttempts } from './attempt-records.ts';
import { avoidedFaults, withLoadGoingOn } from './avoided.ts';
import { broadcastNotes } from './broadcast-bounds.ts';

import type { TargetEvent } from './container-events.ts';
import { environmentOf } from './environment.ts';
import { eventRecords } from './event-records.ts';
import {
  faultRecord,
  faultsThatInvalidate,
  idleFaults,
  judgeHeldBack,
  undoFailures,
} from './fault-records.ts';
import { loadEntryRecord } from './load-of.ts';
import { type FaultWindow, phasesOf } from './phases.ts';
import type { LoadResult } from './pool.ts';
import type { RunRequest } from './run-request.ts';
import { seriesOf } from './series-info.ts';
import { judgeStopped, stopRecord, stopWords } from './stopped-by.ts';
import { promiseTexts, recoveryOf } from './steady.ts';
import { judgeSteadyAfter, unknownAfter, withSteadyAfter } from './steady-after.ts';
import type { PlayedFault } from './timeline.ts';

export interface Measured {
  readonly startedAt: string;
  readonly http: string | null;
  readonly ws: string | null;
  readonly load: LoadResult;
  readonly played: readonly PlayedFault[];
  /** Times from the start of the load. */
  readonly samples: readonly ProcessSample[];
  /** Times from the start of the load; default: none. */
  readonly events?: readonly TargetEvent[];
  readonly notes: readonly string[];
  readonly interruptedBy: string | null;
  /** The promise that stopped it. */
  readonly breach?: Breach | null;
}

export function judge(request: RunRequest, measured: Measured): RunData {
  const { scenario } = request;
  const { load, played } = measured;
  const { breach = null, interruptedBy } = measured;
  const stopped = interruptedBy !== null || breach !== null;
  const plain = withLoadGoingOn(
    played.map((entry) => faultRecord(entry, stopped)),
    played,
    load.slices,
  );
  const effects = withSteadyAfter(scenario, plain, load.slices, load.elapsedMicros);
  const endMicros = endOf(request, load);
  const phases = phasesOf(scenario.warmupMicros, endMicros, faultWindows(request, effects, load));
  const faults = withAttempts(effects, played, {
    slices: load.slices,
    phases,
    endMicros: load.elapsedMicros,
  });
  const series = seriesRecords(seriesOf(scenario), load.slices, load.examples, scenario.warmupMicros);
  const unjudged: RunRecord = {
    formatVersion,
    ...identityOf(request, measured),
    load: {
      entries: scenario.load.map(loadEntryRecord),
      warmupMicros: scenario.warmupMicros,
      gracefulStopMicros: scenario.gracefulStopMicros,
      plannedMicros: scenario.durationMicros,
      elapsedMicros: load.elapsedMicros,
    },
    phases,
    series,
    faults,
    slo: [],
    stoppedBy: breach === null ? null : stopRecord(breach),
    primary: scenario.primary,
    health: load.health,
    processes: processSeries(measured.samples),
    events: eventRecords(measured.events ?? [], played),
    notes: [
      ...machineNotes(request),
      ...connectionNotes(request),
      ...broadcastNotes(series),
      ...idleFaults(faults),
      ...avoidedFaults(faults),
      ...(stopped || scenario.slo.length === 0 ? [] : unknownAfter(faults)),
      ...measured.notes,
    ],
    verdict: { status: 'interrupted', reasons: [], exitCode: 130 },
  };
  const data = { run: unjudged, slices: load.slices };
  const stop = breach === null ? null : stopWords(breach);
  const judged = evaluatePromises(promiseTexts(scenario.slo), data, { cutShort: interruptedBy ?? stop });
  const slo = stopped
    ? judgeStopped(judged, interruptedBy === null ? breach : null)
    : judgeSteadyAfter(judgeHeldBack(judged, played), faults);
  const verdict = verdictOf({
    undoFailed: undoFailures(faults),
    interrupted: interruptedBy,
    stopped: slo[breach?.index ?? -1]?.status === 'warn' ? stop : null,
    invalidReasons: [...request.stage.deaths, ...invalidReasons(load, played, faults, stopped)],
    slo,
    traffic: trafficOf(load.slices, scenario.warmupMicros),
  });
  return { run: { ...unjudged, slo, verdict }, slices: load.slices };
}

function identityOf(request: RunRequest, measured: Measured) {
  const { scenario, target } = request;
  const kind = target.variants[request.variant]?.kind ?? 'url';
  return {
    id: request.id,
    scenario: { name: scenario.name, file: scenario.file, hash: scenario.hash },
    target: { name: target.name, kind, http: measured.http, ws: measured.ws },
    variant: request.variant,
    seed: request.seed,
    startedAt: measured.startedAt,
    command: request.command,
    environment: environmentOf(
      request.threads,
      request.stage.backend?.kind ?? 'none',
      request.machine?.doctor ?? null,
      scenario.tls.verify ? 'verified' : 'not verified',
    ),
  };
}

/** Why nothing is known of the machine, where it should be. */
function machineNotes({ machine }: RunRequest): string[] {
  return machine?.note === undefined || machine.note === null ? [] : [machine.note];
}

/** What makes the answers less trustworthy than they look. */
function connectionNotes({ scenario }: RunRequest): string[] {
  return scenario.tls.verify
    ? []
    : ['the target’s certificates were not verified (tls.verify: false): any server may have answered'];
}

/** The load's end; later only when work began after it (users in the middle of an iteration). */
function endOf(request: RunRequest, load: LoadResult): number {
  const endMicros = Math.min(load.elapsedMicros, request.scenario.durationMicros);
  const later = load.slices.filter((slice) => slice.counts.offered > 0 && slice.startMicros >= endMicros);
  return Math.max(endMicros, ...later.map((slice) => slice.endMicros));
}

function faultWindows(
  request: RunRequest,
  faults: readonly FaultRecord[],
  { slices, elapsedMicros }: LoadResult,
): FaultWindow[] {
  return faults.flatMap((fault) => {
    const { id, effectAtMicros, clearedAtMicros } = fault;
    if (effectAtMicros === null) return [];
    const recoveredAtMicros = recoveryOf(request.scenario, fault, faults, slices, elapsedMicros);
    return [{ id, effectAtMicros, clearedAtMicros, recoveredAtMicros }];
  });
}

/** What a verdict may rest on: an answer in the warm-up says nothing of the rest. */
function trafficOf(slices: readonly Slice[], warmupMicros: number) {
  const steps = slices.filter((slice) => !slice.series.startsWith('flow:'));
  const judged = steps.filter((slice) => slice.startMicros >= warmupMicros);
  const sum = (some: readonly Slice[], what: 'offered' | 'ok'): number =>
    some.reduce((total, slice) => total + slice.counts[what], 0);
  const offered = sum(judged, 'offered');
  return { offered, ok: sum(judged, 'ok'), inWarmup: sum(steps, 'offered') - offered };
}

function invalidReasons(
  load: LoadResult,
  played: readonly PlayedFault[],
  faults: readonly FaultRecord[],
  stopped: boolean,
): string[] {
  const health =
    load.health.level === 'saturated'
      ? [`the load generator was saturated: ${saturations(load.health.reasons).join('; ')}`]
      : [];
  const threads = load.deadThreads.map((thread) => `a load thread died: ${thread}`);
  return [...threads, ...health, ...faultsThatInvalidate(played, faults, stopped)];
}

/** The measures that decided it; those that are only degraded are in the report's table. */
const saturations = (reasons: readonly string[]): string[] =>
  reasons
    .filter((reason) => reason.startsWith('saturated: '))
    .map((reason) => reason.slice('saturated: '.length));

function processSeries(samples: readonly ProcessSample[]): RunRecord['processes'] {
  const names = [...new Set(samples.map((sample) => sample.name))];
  return names.map((name) => ({
    name,
    points: samples
      .filter((sample) => sample.name === name && sample.atMicros >= 0)
      .map(({ atMicros, cpuShare, memoryBytes }) => ({
        atMicros: Math.round(atMicros),
        cpuShare,
        memoryBytes,
      })),
  }));
}
