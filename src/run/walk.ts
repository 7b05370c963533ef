// The state of one pass through a flow: what it has come to, what it still owes, and what a failure skips.

import { onAbort } from '../engines/abort.ts';
import type { Scope, Session } from '../engines/engine.ts';
import type { Clock } from '../kernel/clock.ts';
import type { Random } from '../kernel/random.ts';
import type { Sample } from '../measure/outcome.ts';
import type { PendingBook } from '../measure/pending.ts';
import { InFlight } from './in-flight.ts';
import type { PreparedSteps } from './prepared-flow.ts';

/** What an iteration needs from the thread it runs in. */
export interface FlowPorts {
  readonly clock: Clock;
  /** The clock of `think` pauses, which need no precision: spinning for a thousand thinking users would cost a core. */
  readonly pauses: Clock;
  onSample(sample: Sample): void;
  onSkipped(series: string, atMicros: number, times: number): void;
  /** Told of what begins and ends, where something asks for what is in flight. */
  readonly pending?: PendingBook | undefined;
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

/** What was sent with `wait: false` and has not ended. */
interface Background {
  readonly flights: InFlight;
  readonly stopper: AbortController;
  /** Takes back the listener on the walker's signal. */
  release(): void;
}

export interface Walk<Prepared> extends Walker<Prepared> {
  readonly ports: FlowPorts;
  /** Due time for the next timed step; null where none exists. */
  pendingDueMicros: number | null;
  error: Sample['error'];
  example: string | undefined;
  censored: boolean;
  answered: boolean;
  /** Nothing more is begun: a failed step has ended the iteration, or it was cut off. */
  stopped: boolean;
  /** Sends and pauses so far: a turn without any must not spin. */
  moves: number;
  background: Background | null;
}

export function beginWalk<Prepared>(
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
    moves: 0,
    background: null,
  };
}

/** What ends a pause early: the end of the run, or a failure of something that nobody waits for. */
export const pauseSignal = <Prepared>({ background, signal }: Walk<Prepared>): AbortSignal =>
  background === null ? signal : background.stopper.signal;

/** True when nothing more is to be sent; being cut off between two steps censors the iteration. */
export function isOver<Prepared>(walk: Walk<Prepared>): boolean {
  if (!walk.stopped && walk.signal.aborted) cutOff(walk);
  return walk.stopped;
}

function stop<Prepared>(walk: Walk<Prepared>): void {
  walk.stopped = true;
  walk.background?.stopper.abort();
}

export function cutOff<Prepared>(walk: Walk<Prepared>): void {
  stop(walk);
  walk.censored = true;
  walk.answered = false;
}

/** The first failure is the one that the iteration is remembered by. */
export function fail<Prepared>(
  walk: Walk<Prepared>,
  error: NonNullable<Sample['error']>,
  example: string,
  onError: 'stop' | 'continue',
): void {
  walk.error ??= error;
  walk.example ??= example;
  if (onError === 'stop') stop(walk);
}

/** Takes on something that was sent and is not waited for. */
export function sendOff<Prepared>(walk: Walk<Prepared>, ending: Promise<void>): void {
  if (walk.background === null) {
    const stopper = new AbortController();
    const release = onAbort(walk.signal, () => stopper.abort());
    walk.background = { flights: new InFlight(Number.POSITIVE_INFINITY), stopper, release };
  }
  walk.background.flights.begin(ending);
}

/** Waits for all that is outstanding, and asks for failures that no step has waited for. Rejects for bugs. */
export async function endWalk<Prepared>(walk: Walk<Prepared>): Promise<void> {
  const { background } = walk;
  if (background !== null) {
    try {
      // Bounded by the steps' own timeouts, and by the signal that they all listen to.
      await background.flights.idle(new AbortController().signal);
    } finally {
      background.release();
    }
  }
  const trouble = walk.session.trouble?.() ?? null;
  if (trouble !== null) fail(walk, trouble.error, trouble.example, 'stop');
}

/**
 * Counts what is sure to be kept from being offered: every turn of a `repeat` with a number of turns, one turn of an
 * `until` or of a `repeat` by time, and nothing of an `if`, whose branch nobody knows.
 */
export function skip<Prepared>(steps: PreparedSteps<Prepared>, walk: Walk<Prepared>, times: number): void {
  if (times === 0) return;
  const atMicros = walk.ports.clock.nowMicros();
  for (const step of steps) {
    if (step.kind === 'send') walk.ports.onSkipped(step.series, atMicros, times);
    else if (step.kind === 'repeat') skip(step.steps, walk, times * (step.times ?? 1));
    else if (step.kind === 'until') {
      if (step.series !== null) walk.ports.onSkipped(step.series, atMicros, times);
      skip(step.steps, walk, times);
    }
  }
}
