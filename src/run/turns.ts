// Steps that are run over and over: so many times, on a grid, for so long, or until a condition holds.

import { UnresolvedValue } from '../engines/unresolved.ts';
import type { PreparedRepeat, PreparedSteps, PreparedUntil } from './prepared-flow.ts';
import type { Walk } from './walk.ts';
import { fail, isOver, pauseSignal, skip } from './walk.ts';

type RunSteps<Prepared> = (steps: PreparedSteps<Prepared>, walk: Walk<Prepared>) => Promise<void>;

/** A turn that sent nothing and paused nowhere gives other work a turn. */
const emptyTurnMicros = 1_000;

async function runTurn<Prepared>(
  steps: PreparedSteps<Prepared>,
  walk: Walk<Prepared>,
  run: RunSteps<Prepared>,
): Promise<void> {
  const { pauses, clock } = walk.ports;
  const moves = walk.moves;
  await run(steps, walk);
  if (walk.moves === moves && !isOver(walk)) {
    await pauses.sleepUntil(clock.nowMicros() + emptyTurnMicros, pauseSignal(walk));
  }
}

/** Turns of a paced repeat are due on a grid; a late turn keeps its due time, so none is lost and the delay shows. */
async function toTurn<Prepared>(dueAtMicros: number, turn: number, walk: Walk<Prepared>): Promise<void> {
  const { clock } = walk.ports;
  const freeAtMicros = clock.nowMicros();
  const signal = pauseSignal(walk);
  if (dueAtMicros > freeAtMicros) await clock.sleepUntil(dueAtMicros, signal);
  walk.pendingDueMicros = dueAtMicros;
  if (turn === 0 || signal.aborted) return;
  walk.ports.onLag(Math.max(0, clock.nowMicros() - Math.max(dueAtMicros, freeAtMicros)));
}

export async function repeat<Prepared>(
  step: PreparedRepeat<Prepared>,
  walk: Walk<Prepared>,
  run: RunSteps<Prepared>,
): Promise<void> {
  const { clock } = walk.ports;
  const begunAtMicros = clock.nowMicros();
  const firstDueMicros = walk.pendingDueMicros ?? begunAtMicros;
  const times = step.times ?? Number.POSITIVE_INFINITY;
  for (let turn = 0; turn < times; turn += 1) {
    if (step.everyMicros !== null && !isOver(walk)) {
      await toTurn(firstDueMicros + turn * step.everyMicros, turn, walk);
    }
    if (isOver(walk)) {
      skip(step.steps, walk, step.times === null ? Number(turn === 0) : step.times - turn);
      return;
    }
    const passedMicros = clock.nowMicros() - begunAtMicros;
    if (step.forMicros !== null && turn > 0 && passedMicros >= step.forMicros) return;
    await runTurn(step.steps, walk, run);
  }
  if (step.everyMicros !== null) walk.pendingDueMicros = null;
}

/** Steps first, then the question. Null when it holds, or when the walk is over; else why it is given up. */
async function turnUntil<Prepared>(
  step: PreparedUntil<Prepared>,
  walk: Walk<Prepared>,
  run: RunSteps<Prepared>,
): Promise<string | null> {
  const { clock, pauses } = walk.ports;
  const lastAtMicros = clock.nowMicros() + (step.withinMicros ?? Number.POSITIVE_INFINITY);
  for (let turn = 1; ; turn += 1) {
    const nextAtMicros = clock.nowMicros() + (step.everyMicros ?? 0);
    await runTurn(step.steps, walk, run);
    if (isOver(walk)) return null;
    const inTime = clock.nowMicros() <= lastAtMicros;
    if (inTime && step.condition.holds(walk.scope)) return null;
    if (!inTime || turn === step.times || Math.max(nextAtMicros, clock.nowMicros()) >= lastAtMicros) {
      return `not reached in ${turn} ${turn === 1 ? 'turn' : 'turns'}${step.condition.values(walk.scope)}`;
    }
    // Polls are nobody's due times: a late one begins at once, and is not made up for.
    if (nextAtMicros > clock.nowMicros()) await pauses.sleepUntil(nextAtMicros, pauseSignal(walk));
    if (isOver(walk)) return null;
  }
}

/** A feed that has run out leaves the question without an answer. */
async function whyGivenUp<Prepared>(
  step: PreparedUntil<Prepared>,
  walk: Walk<Prepared>,
  run: RunSteps<Prepared>,
): Promise<string | null> {
  try {
    return await turnUntil(step, walk, run);
  } catch (thrown) {
    if (thrown instanceof UnresolvedValue) return thrown.message;
    throw thrown;
  }
}

export async function until<Prepared>(
  step: PreparedUntil<Prepared>,
  walk: Walk<Prepared>,
  run: RunSteps<Prepared>,
): Promise<void> {
  const { clock } = walk.ports;
  const startedAtMicros = clock.nowMicros();
  const dueAtMicros = walk.pendingDueMicros;
  const why = await whyGivenUp(step, walk, run);
  const text = `until ${step.condition.source}: ${why ?? ''}`;
  if (why !== null) fail(walk, 'expectation', text, step.onError);
  if (step.series === null) return;
  const ended = {
    series: step.series,
    dueAtMicros,
    startedAtMicros,
    endedAtMicros: clock.nowMicros(),
    bytes: 0,
  };
  if (why !== null) walk.ports.onSample({ ...ended, error: 'expectation', answered: false, example: text });
  else if (walk.censored)
    walk.ports.onSample({ ...ended, error: 'timeout', answered: false, censored: true });
  else if (walk.stopped) {
    const example = walk.example ?? 'a step in it failed';
    walk.ports.onSample({ ...ended, error: walk.error ?? 'expectation', answered: false, example });
  } else walk.ports.onSample({ ...ended, error: null, answered: true });
}
