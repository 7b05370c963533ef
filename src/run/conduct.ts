// One run of one variant: start it, load it, break it, undo, stop it, judge it, and keep the record.

import { join } from 'node:path';
import { isAborted } from '../kernel/abort.ts';
import { systemClock } from '../kernel/clock.ts';
import type { RunData } from '../record/data.ts';
import type { RunRecord } from '../record/schema.ts';
import { beginRecord } from '../record/store.ts';
import { messageOf } from '../kernel/errors.ts';
import type { Snapshot } from '../measure/snapshot.ts';
import { occurrencesOf } from '../scenario/occurrences.ts';
import type { StartedVariant } from '../system/system.ts';
import { commitOf, repositoryOf } from './commit.ts';
import { judge, type Measured } from './judge.ts';
import { keepRecord } from './keep-record.ts';
import { interruptionOf } from './interruption.ts';
import type { RunRequest } from './run-request.ts';
import { type TargetEvent, watchContainers } from './container-events.ts';
import { loadPlanOf } from './load-of.ts';
import { injectFault } from './inject-fault.ts';
import { nothingObserved, observeRun } from './observe-run.ts';
import { type LoadResult, type Pool, startPool } from './pool.ts';
import { createProgress, type RunProgress } from './progress.ts';
import { interrupted, startOnStage } from './stage.ts';
import { RunWatch } from './run-watch.ts';
import { tightestPromiseMicros } from './steady.ts';
import { stopWords } from './stopped-by.ts';
import { type PlayedFault, playTimeline } from './timeline.ts';

/** Time between the word and the first request, so that every thread hears it. */
const leadMicros = 100_000;

/**
 * Throws MettleError when the variant cannot be started (exit code 2) or the record cannot be written (3; 4 or 130
 * when that is what the run ended in). An interrupted run is a record like any other, with the verdict `interrupted`.
 */
export async function conduct(request: RunRequest): Promise<RunData> {
  const startedAt = new Date().toISOString();
  const commit = await commitOf(repositoryOf(request.scenario.file));
  const beginning = { startedAt, commit };
  await beginRecord(request.folder, draft(request, beginning));
  const progress = createProgress({ ...request, place: request.place ?? null });
  try {
    return await conductTold(request, progress, beginning);
  } finally {
    progress.close();
  }
}

/** What is known of a run before it measures. */
type Beginning = Pick<Measured, 'startedAt' | 'commit'>;

async function conductTold(
  request: RunRequest,
  progress: RunProgress,
  beginning: Beginning,
): Promise<RunData> {
  const { stage, variant, signal } = request;
  const started = await startOnStage(stage, variant, join(request.folder, 'target.log'), signal);
  let measured: Measured;
  try {
    if (isAborted(signal)) throw interrupted();
    measured = await measure(request, started, beginning, progress);
  } catch (error) {
    await started.stop().catch(() => undefined); // the first failure is the one to tell; the journal finishes this one
    throw error;
  }
  const notes = await stopVariant(started);
  const told = { ...measured, notes: [...measured.notes, ...notes] };
  return await keepRecord(request, told);
}

async function stopVariant(started: StartedVariant): Promise<string[]> {
  try {
    await started.stop();
    return [];
  } catch (error) {
    return [`the target was not stopped in order: ${messageOf(error)}`];
  }
}

async function measure(
  request: RunRequest,
  started: StartedVariant,
  beginning: Beginning,
  progress: RunProgress,
): Promise<Measured> {
  const { scenario, target, signal, seed, stage } = request;
  const plan = loadPlanOf(scenario, target, started, {
    ...{ pins: stage.pins, seed },
    tightestPromiseMicros: tightestPromiseMicros(scenario.slo),
  });
  const watch = new RunWatch(scenario);
  const onSnapshot = (snapshot: Snapshot): void => {
    watch.add(snapshot);
    progress.add(snapshot);
  };
  const pool = await startPool(plan, request.threads, { onSnapshot });
  const notes: string[] = [];
  const happened: TargetEvent[] = [];
  const { docker } = stage.containers;
  const opened = [(): void => watch.close()];
  try {
    const observation = await observeRun(request, started, systemClock);
    opened.push(() => observation.close());
    const containers = await watchContainers({ docker, scenario, target, seed, clock: systemClock });
    opened.push(() => containers.close());
    void started.died.then((sentence) => {
      notes.push(sentence);
      const atMicros = systemClock.nowMicros();
      happened.push({ atMicros, source: 'target', container: null, what: sentence });
      request.progress(sentence);
    });
    // So that a run of a verification decides as it does alone; what looked whether the target was ready has gone before.
    await stage.backend?.reseed(seed);
    const startAtMicros = systemClock.nowMicros() + leadMicros;
    pool.start(startAtMicros);
    progress.started(startAtMicros);
    const { load, played, isCut } = await play(request, started, pool, { startAtMicros, progress, watch });
    await observation.settle(watch.breach !== null);
    const observed = observation.observed(startAtMicros);
    const interruptedBy = signal.aborted ? interruptionOf(signal, !isCut) : null;
    const { breach } = watch;
    const { http, ws } = started;
    notes.push(...containers.notes(), ...observed.notes);
    const events = [...happened, ...containers.events()].map((event) => ({
      ...event,
      atMicros: event.atMicros - startAtMicros,
    }));
    return { ...beginning, http, ws, load, played, observed, events, notes, interruptedBy, breach };
  } finally {
    for (const close of opened) close();
    await pool.close();
  }
}

interface Played {
  readonly load: LoadResult;
  readonly played: readonly PlayedFault[];
  /** It was interrupted before the load was over. */
  readonly isCut: boolean;
}

interface Watching {
  readonly startAtMicros: number;
  readonly progress: RunProgress;
  readonly watch: RunWatch;
}

/** Load and faults side by side. On Ctrl-C, or when a promise stops it, faults are undone first. */
async function play(
  request: RunRequest,
  started: StartedVariant,
  pool: Pool,
  { startAtMicros, progress, watch }: Watching,
): Promise<Played> {
  const { scenario } = request;
  const signal = AbortSignal.any([request.signal, watch.signal]);
  const loadOver = new AbortController();
  const timeline = playTimeline(occurrencesOf(scenario), {
    clock: systemClock,
    startAtMicros,
    signal: AbortSignal.any([signal, loadOver.signal]),
    inject: (fault, onActing) => injectFault(request, started, fault, onActing, startAtMicros),
    steadyBroken: () =>
      Promise.resolve(watch.brokenSteady(pool.slices(), systemClock.nowMicros() - startAtMicros)),
    onEdge: (atMicros, kind) => pool.edge(atMicros, kind),
    onBegan: (fault, effectAtMicros) => {
      watch.faultBegan(fault, effectAtMicros);
      tell(() => progress.faultBegan(fault, effectAtMicros));
    },
    onEnded: (fault, clearedAtMicros) => {
      watch.faultEnded(fault, clearedAtMicros);
      tell(() => progress.faultEnded(fault, clearedAtMicros));
    },
  });
  const onAbort = (): void => {
    void timeline.finally(() => pool.stop());
    if (watch.breach !== null) request.progress(stopWords(watch.breach));
    progress.stopping();
  };
  if (signal.aborted) onAbort();
  else signal.addEventListener('abort', onAbort, { once: true });
  void watch.watch(systemClock, startAtMicros, AbortSignal.any([signal, loadOver.signal]));
  try {
    const load = await pool.finished;
    const isCut = request.signal.aborted;
    loadOver.abort();
    return { load, played: await timeline, isCut };
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}

/** Apart from the fault itself: what cannot be shown must not keep a fault from being undone. */
const tell = (say: () => void): void => queueMicrotask(say);

/** What a crash leaves: the record of a run that was interrupted before anything was measured. */
function draft(request: RunRequest, beginning: Beginning): RunRecord {
  const nothing: LoadResult = {
    slices: [],
    examples: [],
    health: { level: 'good', reasons: [], judgedSeconds: 0, measures: [] },
    elapsedMicros: 0,
    deadThreads: [],
  };
  return judge(request, {
    ...beginning,
    http: null,
    ws: null,
    load: nothing,
    played: [],
    observed: nothingObserved,
    notes: request.killFile === undefined ? [] : [`kill file: ${request.killFile}`],
    interruptedBy: 'Mettle ended before this run did',
  }).run;
}
