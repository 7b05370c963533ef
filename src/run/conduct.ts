// One run of one variant: start it, load it, break it, undo, stop it, judge it, and keep the record.

import { join } from 'node:path';
import { isAborted } from '../kernel/abort.ts';
import { systemClock } from '../kernel/clock.ts';
import type { RunData } from '../record/data.ts';
import type { RunRecord } from '../record/schema.ts';
import { beginRecord, readRecord, writeRecord } from '../record/store.ts';
import { inject } from '../faults/inject.ts';
import { injectOnProcess } from '../faults/inject-process.ts';
import { isProcessFault } from '../faults/registry.ts';
import type { Injection } from '../faults/fault.ts';
import { messageOf } from '../kernel/errors.ts';
import type { ScheduledFault } from '../scenario/scenario.ts';
import type { StartedVariant } from '../system/system.ts';
import { judge, type Measured } from './judge.ts';
import type { RunRequest } from './run-request.ts';
import { loadPlanOf } from './load-of.ts';
import { type LoadResult, type Pool, startPool } from './pool.ts';
import { createProgress, type RunProgress } from './progress.ts';
import { interrupted, startOnStage } from './stage.ts';
import { brokenSteadySoFar, tightestPromiseMicros } from './steady.ts';
import { type PlayedFault, playTimeline } from './timeline.ts';

/** Time between the word and the first request, so that every thread hears it. */
const leadMicros = 100_000;

/**
 * Throws MettleError when the variant cannot be started (exit code 2) or the record cannot be written (3). An
 * interrupted run is a record like any other, with the verdict `interrupted`.
 */
export async function conduct(request: RunRequest): Promise<RunData> {
  const startedAt = new Date().toISOString();
  await beginRecord(request.folder, draft(request, startedAt));
  const progress = createProgress({ ...request, place: request.place ?? null });
  try {
    return await conductTold(request, progress, startedAt);
  } finally {
    progress.close();
  }
}

async function conductTold(request: RunRequest, progress: RunProgress, startedAt: string): Promise<RunData> {
  const { stage, variant, signal } = request;
  const started = await startOnStage(stage, variant, join(request.folder, 'target.log'), signal);
  let measured: Measured;
  try {
    if (isAborted(signal)) throw interrupted();
    measured = await measure(request, started, startedAt, progress);
  } catch (error) {
    await started.stop().catch(() => undefined); // the first failure is the one to tell; the journal finishes this one
    throw error;
  }
  const notes = await stopVariant(started);
  const data = judge(request, { ...measured, notes: [...measured.notes, ...notes] });
  await writeRecord(request.folder, data);
  // Reports and comparisons are made of what can be read again, so that making them later gives the same.
  return await readRecord(request.folder);
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
  startedAt: string,
  progress: RunProgress,
): Promise<Measured> {
  const { scenario, target, signal, seed } = request;
  const plan = loadPlanOf(scenario, target, started, seed, tightestPromiseMicros(scenario.slo));
  const pool = await startPool(plan, request.threads, { onSnapshot: (snapshot) => progress.add(snapshot) });
  const notes: string[] = [];
  void started.died.then((sentence) => {
    notes.push(sentence);
    request.progress(sentence);
  });
  const startAtMicros = systemClock.nowMicros() + leadMicros;
  try {
    pool.start(startAtMicros);
    progress.started(startAtMicros);
    const { load, played } = await play(request, started, pool, { startAtMicros, progress });
    const samples = started
      .samples()
      .map((sample) => ({ ...sample, atMicros: sample.atMicros - startAtMicros }));
    const interruptedBy = signal.aborted ? 'interrupted before the end of the load' : null;
    return { startedAt, http: started.http, ws: started.ws, load, played, samples, notes, interruptedBy };
  } finally {
    await pool.close();
  }
}

interface Played {
  readonly load: LoadResult;
  readonly played: readonly PlayedFault[];
}

/** Load and faults side by side. On Ctrl-C the faults are undone first; then the load stops. */
async function play(
  request: RunRequest,
  started: StartedVariant,
  pool: Pool,
  { startAtMicros, progress }: { readonly startAtMicros: number; readonly progress: RunProgress },
): Promise<Played> {
  const { scenario, signal } = request;
  const loadOver = new AbortController();
  const timeline = playTimeline(scenario.chaos, {
    clock: systemClock,
    startAtMicros,
    signal: AbortSignal.any([signal, loadOver.signal]),
    inject: async (fault) => {
      const injection = await injectFault(request, started, fault);
      tell(() => progress.faultBegan(fault, injection.effectAtMicros - startAtMicros));
      return withEnd(injection, (clearedAtMicros) =>
        tell(() =>
          progress.faultEnded(fault, clearedAtMicros === null ? null : clearedAtMicros - startAtMicros),
        ),
      );
    },
    steadyBroken: () => Promise.resolve(brokenSteadySoFar(scenario, pool.slices())),
    onEdge: (atMicros, kind) => pool.edge(atMicros, kind),
  });
  const onAbort = (): void => {
    void timeline.finally(() => pool.stop());
    progress.stopping();
  };
  if (signal.aborted) onAbort();
  else signal.addEventListener('abort', onAbort, { once: true });
  try {
    const load = await pool.finished;
    loadOver.abort();
    return { load, played: await timeline };
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}

async function injectFault(
  { stage }: RunRequest,
  started: StartedVariant,
  { id, on, fault: spec, forMicros, traffic }: ScheduledFault,
): Promise<Injection> {
  const tracker = stage.journal;
  if (isProcessFault(spec)) {
    const tree = started.processes[on];
    if (tree === undefined) throw new Error(`${on} is no process that Mettle has started`);
    return await injectOnProcess({ id, spec, process: { name: on, tree }, forMicros, tracker });
  }
  const link = stage.backend?.get(on);
  if (link === undefined) throw new Error(`there is no proxy in front of ${on}`);
  return await inject({ id, spec, link, traffic, forMicros, tracker });
}

/** Apart from the fault itself: what cannot be shown must not keep a fault from being undone. */
const tell = (say: () => void): void => queueMicrotask(say);

const withEnd = (injection: Injection, onEnd: (clearedAtMicros: number | null) => void): Injection => ({
  effectAtMicros: injection.effectAtMicros,
  clear: async () => {
    const result = await injection.clear();
    onEnd(result.clearedAtMicros);
    return result;
  },
});

/** What a crash leaves: the record of a run that was interrupted before anything was measured. */
function draft(request: RunRequest, startedAt: string): RunRecord {
  const nothing: LoadResult = {
    slices: [],
    examples: [],
    health: { level: 'good', reasons: [], judgedSeconds: 0, measures: [] },
    elapsedMicros: 0,
    deadThreads: [],
  };
  return judge(request, {
    startedAt,
    http: null,
    ws: null,
    load: nothing,
    played: [],
    samples: [],
    notes: [],
    interruptedBy: 'Mettle ended before this run did',
  }).run;
}
