// From what was measured to the record with its verdict. Pure but for the machine it names.

import type { Commit } from '../record/commit-schema.ts';
import type { RunData } from '../record/data.ts';
import { scrapingOf } from '../record/scrape-log.ts';
import { type FaultRecord, formatVersion, type RunRecord } from '../record/schema.ts';
import type { Breach } from './abort-watch.ts';
import { type BaselineRuns, noBaselines } from '../slo/baseline.ts';
import { seriesRecords } from './assemble.ts';
import { withAttempts } from './attempt-records.ts';
import { avoidedFaults, withLoadGoingOn } from './avoided.ts';
import { broadcastNotes } from './broadcast-bounds.ts';

import type { TargetEvent } from './container-events.ts';
import { environmentOf } from './environment.ts';
import { threadDied } from './environmental.ts';
import { effectsOf } from './effects.ts';
import { eventRecords } from './event-records.ts';
import { faultRecord, faultsThatInvalidate, idleFaults, undoFailures } from './fault-records.ts';
import { judgeRecord } from './judge-record.ts';
import { loadEntryRecord } from './load-of.ts';
import type { Observed } from './observe-run.ts';
import type { LoadResult } from './pool.ts';
import type { RunRequest } from './run-request.ts';
import { seriesOf } from './series-info.ts';
import { stopRecord } from './stopped-by.ts';
import { targetIdentity } from './target-identity.ts';
import type { PlayedFault } from './timeline.ts';

export interface Measured {
  readonly startedAt: string;
  /** What it was made from; null: nobody can say. */
  readonly commit: Commit | null;
  readonly http: string | null;
  readonly ws: string | null;
  readonly load: LoadResult;
  readonly played: readonly PlayedFault[];
  readonly observed: Observed;
  /** Times from the start of the load; default: none. */
  readonly events?: readonly TargetEvent[];
  readonly notes: readonly string[];
  readonly interruptedBy: string | null;
  /** The promise that stopped it. */
  readonly breach?: Breach | null;
}

export function judge(
  request: RunRequest,
  measured: Measured,
  baselines: BaselineRuns = noBaselines,
): RunData {
  const { scenario } = request;
  const { load, played, observed } = measured;
  const { breach = null, interruptedBy } = measured;
  const stopped = interruptedBy !== null || breach !== null;
  const plain = withLoadGoingOn(
    played.map((entry) => faultRecord(entry, stopped)),
    played,
    load.slices,
  );
  const effects = effectsOf(scenario, {
    ...{ faults: plain, slices: load.slices },
    ...{ elapsedMicros: load.elapsedMicros, plannedMicros: scenario.durationMicros },
  });
  const faults = withAttempts(effects.faults, played, {
    slices: load.slices,
    phases: effects.phases,
    endMicros: load.elapsedMicros,
  });
  const series = seriesRecords(seriesOf(scenario), load.slices, load.examples, scenario.warmupMicros);
  const run: RunRecord = {
    formatVersion,
    ...identityOf(request, measured),
    load: loadOf(scenario, load),
    phases: effects.phases,
    series,
    faults,
    slo: [],
    stoppedBy: breach === null ? null : stopRecord(breach),
    primary: scenario.primary,
    health: load.health,
    processes: [...observed.processes],
    ...(observed.containers === null ? {} : { containers: [...observed.containers] }),
    ...(observed.scrapes === null ? {} : { scraping: scrapingOf(observed.scrapes) }),
    ...(observed.settled === null ? {} : { settled: observed.settled }),
    events: eventRecords(measured.events ?? [], played),
    notes: [
      ...machineNotes(request),
      ...connectionNotes(request),
      ...broadcastNotes(series),
      ...idleFaults(faults),
      ...avoidedFaults(faults),
      ...measured.notes,
    ],
    grounds: {
      undoFailed: undoFailures(faults),
      interrupted: interruptedBy,
      invalid: [...request.stage.deaths, ...invalidReasons(load, played, faults, stopped)],
    },
    verdict: { status: 'interrupted', reasons: [], exitCode: 130 },
  };
  const scrapes = observed.scrapes === null ? {} : { scrapes: observed.scrapes };
  return judgeRecord({ run, slices: load.slices, ...scrapes }, scenario, baselines);
}

const loadOf = (scenario: RunRequest['scenario'], load: LoadResult): RunRecord['load'] => ({
  entries: scenario.load.map(loadEntryRecord),
  warmupMicros: scenario.warmupMicros,
  gracefulStopMicros: scenario.gracefulStopMicros,
  plannedMicros: scenario.durationMicros,
  elapsedMicros: load.elapsedMicros,
});

/** What is known of a run before it is judged. */
export const judgedOf = (request: RunRequest, measured: Measured) => ({
  ...identityOf(request, measured),
  load: loadOf(request.scenario, measured.load),
});

function identityOf(request: RunRequest, measured: Measured) {
  const { scenario, target } = request;
  const kind: RunRecord['target']['kind'] = target.variants[request.variant]?.kind ?? 'url';
  return {
    id: request.id,
    scenario: { name: scenario.name, file: scenario.file, hash: scenario.hash },
    target: {
      ...{ name: target.name, kind, http: measured.http, ws: measured.ws },
      ...targetIdentity(target, request.variant, request.extraEnv ?? {}),
    },
    variant: request.variant,
    seed: request.seed,
    startedAt: measured.startedAt,
    command: request.command,
    commit: measured.commit,
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
  const threads = load.deadThreads.map(threadDied);
  return [...threads, ...health, ...faultsThatInvalidate(played, faults, stopped)];
}

/** The measures that decided it; those that are only degraded are in the report's table. */
const saturations = (reasons: readonly string[]): string[] =>
  reasons
    .filter((reason) => reason.startsWith('saturated: '))
    .map((reason) => reason.slice('saturated: '.length));
