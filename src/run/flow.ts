// One pass through a flow: its steps in order, their due times, what a failure skips, and the sample of the whole.

import { UnresolvedValue } from '../engines/unresolved.ts';
import type { Sample } from '../measure/outcome.ts';
import type { PreparedFlow, PreparedIf, PreparedSend, PreparedStep, PreparedSteps } from './prepared-flow.ts';
import { repeat, until } from './turns.ts';
import type { FlowPorts, Walk, Walker } from './walk.ts';
import { beginWalk, cutOff, endWalk, fail, isOver, pauseSignal, sendOff, skip } from './walk.ts';
export type { FlowPorts, Walker } from './walk.ts';

/** Runs steps that are not part of an iteration (`before`); true when none failed. */
export async function runBefore<Prepared>(
  steps: PreparedSteps<Prepared>,
  walker: Walker<Prepared>,
  ports: FlowPorts,
): Promise<boolean> {
  const walk = beginWalk(walker, ports, null);
  await walkSteps(steps, walk);
  await endWalk(walk);
  return walk.error === null && !walk.censored;
}

/**
 * Walks the flow once and reports its steps and the sample `flow:<name>`, which ends when the last step has, also those
 * that were not waited for. `dueAtMicros` is the arrival's, null for an unpaced user. `began` false = the `before` steps
 * had failed: everything is skipped and the iteration has failed.
 */
export async function runIteration<Prepared>(
  flow: PreparedFlow<Prepared>,
  walker: Walker<Prepared>,
  ports: FlowPorts,
  dueAtMicros: number | null,
  began = true,
): Promise<void> {
  const startedAtMicros = ports.clock.nowMicros();
  const walk = beginWalk(walker, ports, dueAtMicros);
  if (!began) {
    walk.censored = walker.signal.aborted;
    walk.error = walk.censored ? 'timeout' : 'expectation';
    walk.example = 'its `before` steps failed';
    walk.answered = false;
    walk.stopped = true;
  }
  await walkSteps(flow.steps, walk);
  await endWalk(walk);
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

async function walkSteps<Prepared>(steps: PreparedSteps<Prepared>, walk: Walk<Prepared>): Promise<void> {
  for (const step of steps) {
    if (isOver(walk)) skip([step], walk, 1);
    else if (step.kind === 'send') await send(step, walk);
    else await control(step, walk);
  }
}

/** A condition can read a feed that has run out: then nobody knows the way, and the iteration fails. */
async function control<Prepared>(
  step: Exclude<PreparedStep<Prepared>, { kind: 'send' }>,
  walk: Walk<Prepared>,
): Promise<void> {
  try {
    if (step.kind === 'repeat') await repeat(step, walk, walkSteps);
    else if (step.kind === 'until') await until(step, walk, walkSteps);
    else if (step.kind === 'if') await walkSteps(branchOf(step, walk), walk);
    else await think(step.minMicros, step.maxMicros, walk);
  } catch (thrown) {
    if (!(thrown instanceof UnresolvedValue)) throw thrown;
    fail(walk, 'expectation', `${step.kind}: ${thrown.message}`, 'stop');
  }
}

const branchOf = <Prepared>(step: PreparedIf<Prepared>, walk: Walk<Prepared>): PreparedSteps<Prepared> =>
  step.condition.holds(walk.scope) ? step.then : step.else;

async function send<Prepared>(step: PreparedSend<Prepared>, walk: Walk<Prepared>): Promise<void> {
  const dueAtMicros = walk.pendingDueMicros;
  walk.pendingDueMicros = null;
  walk.moves += 1;
  const { pending } = walk.ports;
  const sinceMicros = dueAtMicros ?? (pending === undefined ? 0 : walk.ports.clock.nowMicros());
  pending?.begin(step.series, sinceMicros);
  const settled = (sample: Sample): void => {
    pending?.end(step.series, sinceMicros);
    settle(sample, step, walk);
  };
  const sending = walk.session.send(step.prepared, walk.scope, dueAtMicros, walk.signal);
  if (step.waits) settled(await sending);
  else sendOff(walk, sending.then(settled));
}

function settle<Prepared>(sample: Sample, step: PreparedSend<Prepared>, walk: Walk<Prepared>): void {
  walk.ports.onSample(sample);
  if (!sample.answered) walk.answered = false;
  if (sample.censored === true) cutOff(walk);
  else if (sample.error !== null) {
    fail(walk, sample.error, `${sample.series}: ${sample.example ?? sample.error}`, step.onError);
  }
}

/** A pause before the first timed step moves its due time along; elsewhere it only waits. */
async function think<Prepared>(minMicros: number, maxMicros: number, walk: Walk<Prepared>): Promise<void> {
  const { clock, pauses } = walk.ports;
  walk.moves += 1;
  const forMicros = minMicros + (maxMicros > minMicros ? walk.random() * (maxMicros - minMicros) : 0);
  const untilMicros = (walk.pendingDueMicros ?? clock.nowMicros()) + forMicros;
  if (walk.pendingDueMicros !== null) walk.pendingDueMicros = untilMicros;
  await pauses.sleepUntil(untilMicros, pauseSignal(walk));
  // Cut off in a pause that ends the flow: the pause belonged to the iteration.
  if (walk.signal.aborted && clock.nowMicros() < untilMicros) cutOff(walk);
}
