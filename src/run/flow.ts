// One pass through a flow: its steps in order, their due times, what a failure skips, and the sample of the whole.

import type { Scope, Session } from '../engines/engine.ts';
import type { Clock } from '../kernel/clock.ts';
import type { Random } from '../kernel/random.ts';
import type { Sample } from '../measure/outcome.ts';
import type { PreparedFlow, PreparedRepeat, PreparedSend, PreparedSteps } from './prepared-flow.ts';

/** What an iteration needs from the thread it runs in. */
export interface FlowPorts {
  readonly clock: Clock;
  /** The clock of `think` pauses, which need no precision: spinning for a thousand thinking users would cost a core. */
  readonly pauses: Clock;
  onSample(sample: Sample): void;
  onSkipped(series: string, atMicros: number, times: number): void;
  /** A turn of a paced `repeat` began this late, for Mettle's own reasons. */
  onLag(lagMicros: number): void;
}

/** What belongs to the virtual user that walks. */
export interface Walker<Prepared> {
  readonly session: Session<Prepared>;
  readonly scope: Scope;
  /** For the length of `think` pauses. */
  readonly random: Random;
  /** Aborted = cut off: what is in flight is censored, the rest is skipped. */
  readonly signal: AbortSignal;
}

interface Walk<Prepared> extends Walker<Prepared> {
  readonly ports: FlowPorts;
  /** Due time for the next timed step; null where none exists. */
  pendingDueMicros: number | null;
  error: Sample['error'];
  example: string | undefined;
  censored: boolean;
  answered: boolean;
  /** A failed step has ended the iteration. */
  stopped: boolean;
}

/** Runs steps that are not part of an iteration (`before`); true when none failed. */
export async function runBefore<Prepared>(
  steps: PreparedSteps<Prepared>,
  walker: Walker<Prepared>,
  ports: FlowPorts,
): Promise<boolean> {
  const walk = begin(walker, ports, null);
  await walkSteps(steps, walk);
  return walk.error === null && !walk.censored;
}

/**
 * Walks the flow once and reports its steps and the sample `flow:<name>`. `dueAtMicros` is the arrival's, null for
 * an unpaced user. `began` false = the `before` steps had failed: everything is skipped and the iteration has failed.
 */
export async function runIteration<Prepared>(
  flow: PreparedFlow<Prepared>,
  walker: Walker<Prepared>,
  ports: FlowPorts,
  dueAtMicros: number | null,
  began = true,
): Promise<void> {
  const startedAtMicros = ports.clock.nowMicros();
  const walk = begin(walker, ports, dueAtMicros);
  if (!began) {
    walk.censored = walker.signal.aborted;
    walk.error = walk.censored ? 'timeout' : 'expectation';
    walk.example = 'its `before` steps failed';
    walk.answered = false;
    walk.stopped = true;
  }
  await walkSteps(flow.steps, walk);
  ports.onSample({
    series: flow.series,
    dueAtMicros,
    startedAtMicros,
    endedAtMicros: ports.clock.nowMicros(),
    error: walk.censored ? 'timeout' : walk.error,
    answered: walk.answered,
    bytes: 0,
    ...(walk.censored ? { censored: true } : {}),
    ...(walk.example === undefined ? {} : { example: walk.example }),
  });
}

function begin<Prepared>(
  walker: Walker<Prepared>,
  ports: FlowPorts,
  dueAtMicros: number | null,
): Walk<Prepared> {
  return {
    session: walker.session,
    scope: walker.scope,
    random: walker.random,
    signal: walker.signal,
    ports,
    pendingDueMicros: dueAtMicros,
    error: null,
    example: undefined,
    censored: false,
    answered: true,
    stopped: false,
  };
}

async function walkSteps<Prepared>(steps: PreparedSteps<Prepared>, walk: Walk<Prepared>): Promise<void> {
  for (const step of steps) {
    if (isOver(walk)) skip([step], walk, 1);
    else if (step.kind === 'send') await send(step, walk);
    else if (step.kind === 'repeat') await repeat(step, walk);
    else await think(step.minMicros, step.maxMicros, walk);
  }
}

/** True when nothing more is to be sent; being cut off between two steps censors the iteration. */
function isOver<Prepared>(walk: Walk<Prepared>): boolean {
  if (!walk.stopped && walk.signal.aborted) cutOff(walk);
  return walk.stopped;
}

function cutOff<Prepared>(walk: Walk<Prepared>): void {
  walk.stopped = true;
  walk.censored = true;
  walk.answered = false;
}

async function send<Prepared>(step: PreparedSend<Prepared>, walk: Walk<Prepared>): Promise<void> {
  const dueAtMicros = walk.pendingDueMicros;
  walk.pendingDueMicros = null;
  const sample = await walk.session.send(step.prepared, walk.scope, dueAtMicros, walk.signal);
  walk.ports.onSample(sample);
  if (!sample.answered) walk.answered = false;
  if (sample.censored === true) cutOff(walk);
  else if (sample.error !== null) {
    walk.error ??= sample.error;
    walk.example ??= `${sample.series}: ${sample.example ?? sample.error}`;
    if (step.onError === 'stop') walk.stopped = true;
  }
}

/** A pause before the first timed step moves its due time along; elsewhere it only waits. */
async function think<Prepared>(minMicros: number, maxMicros: number, walk: Walk<Prepared>): Promise<void> {
  const { clock, pauses } = walk.ports;
  const forMicros = minMicros + (maxMicros > minMicros ? walk.random() * (maxMicros - minMicros) : 0);
  const untilMicros = (walk.pendingDueMicros ?? clock.nowMicros()) + forMicros;
  if (walk.pendingDueMicros !== null) walk.pendingDueMicros = untilMicros;
  await pauses.sleepUntil(untilMicros, walk.signal);
  // Cut off in a pause that ends the flow: the pause belonged to the iteration.
  if (walk.signal.aborted && clock.nowMicros() < untilMicros) cutOff(walk);
}

/** Turns of a paced repeat are due on a grid; a late turn keeps its due time, so none is lost and the delay shows. */
async function repeat<Prepared>(step: PreparedRepeat<Prepared>, walk: Walk<Prepared>): Promise<void> {
  const { clock } = walk.ports;
  const firstDueMicros = walk.pendingDueMicros ?? clock.nowMicros();
  for (let turn = 0; turn < step.times; turn += 1) {
    if (step.everyMicros !== null && !isOver(walk)) {
      const dueAtMicros = firstDueMicros + turn * step.everyMicros;
      const freeAtMicros = clock.nowMicros();
      if (dueAtMicros > freeAtMicros) await clock.sleepUntil(dueAtMicros, walk.signal);
      walk.pendingDueMicros = dueAtMicros;
      const begins = turn > 0 && !walk.signal.aborted;
      if (begins) walk.ports.onLag(Math.max(0, clock.nowMicros() - Math.max(dueAtMicros, freeAtMicros)));
    }
    if (isOver(walk)) {
      skip(step.steps, walk, step.times - turn);
      return;
    }
    await walkSteps(step.steps, walk);
  }
  if (step.everyMicros !== null) walk.pendingDueMicros = null;
}

function skip<Prepared>(steps: PreparedSteps<Prepared>, walk: Walk<Prepared>, times: number): void {
  const atMicros = walk.ports.clock.nowMicros();
  for (const step of steps) {
    if (step.kind === 'send') walk.ports.onSkipped(step.series, atMicros, times);
    else if (step.kind === 'repeat') skip(step.steps, walk, times * step.times);
  }
}
