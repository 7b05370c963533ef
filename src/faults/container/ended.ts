// What faults share that end a container: what cannot be put back afterwards is refused, and what happened is told.

import type { UndoIntent } from '../../kernel/ports.ts';
import { formatDuration } from '../../kernel/units.ts';
import type { FidelityCheck } from '../../record/schema.ts';
import type { ContainerState } from '../clients/docker-state.ts';
import { check, unmeasured } from '../fidelity.ts';
import { containerData } from '../undo/container.ts';
import { needsRunning } from './act.ts';
import type { ContainerSeen, FaultContainer } from './container-fault.ts';
import { notUndoable } from './refusal.ts';

/** Besides the grace: what Docker itself may need until a container has ended. */
const engineTakesMs = 5_000;

/**
 * Throws a MettleError (exit code 2) for a container that could not be started again as it was. `graceMs`: how long it
 * may take to end once it has been asked.
 */
export function endedIntent(
  verb: string,
  id: string,
  { docker, state }: FaultContainer,
  graceMs: number,
): UndoIntent {
  needsRunning(state, id);
  if (state.autoRemove) throw notUndoable(state, 'would vanish when it ends (--rm)', 'run it without --rm');
  if (state.portsChosenByDocker.length > 0)
    throw notUndoable(
      state,
      `publishes ${state.portsChosenByDocker.join(', ')} on a port that Docker chose, and would get another one at its next start`,
      'publish it on a fixed port, such as 127.0.0.1:8080:8080',
    );
  return {
    kind: 'container-running',
    describe: `container ${state.name} ${verb} (fault ${id})`,
    data: {
      ...containerData(docker, state),
      ...{ wasStatus: state.status, startedAt: state.startedAt, ports: [...state.ports] },
      // Docker goes on with what it was asked for when the one who asked is gone.
      ...{ askedAtUnixMs: Date.now(), endsWithinMs: graceMs + engineTakesMs },
      // The watchdog must not start it while it may rightly be ending yet.
      actsWithinMs: graceMs,
    },
  };
}

/** It is not the process that was there before: it has ended, or has been started since. */
export const hasEnded =
  (startedAt: string) =>
  ({ status, startedAt: now }: ContainerState): boolean =>
    (status !== 'running' && status !== 'paused') || now !== startedAt;

/** The container ran anew after the undo, at the address it had. */
export function startedAgain({ before, after }: ContainerSeen): FidelityCheck[] {
  const name = 'runs again';
  if (after === null) return [check(name, 'as before', 'the container has been removed', false)];
  const told = `${after.status}, started ${after.startedAt}`;
  const isAnew = after.status === 'running' && after.startedAt !== before.startedAt;
  const started = check(name, 'started anew', told, isAnew);
  return [started, ...movedAddress(before, after)];
}

/** Docker gives out addresses anew: who reaches it by name does not notice, who reaches it by address does. */
function movedAddress(before: ContainerState, after: ContainerState): FidelityCheck[] {
  return Object.entries(before.networks).flatMap(([network, { IPAddress: was }]) => {
    const is = after.networks[network]?.IPAddress ?? 'none';
    if (!was || was === is) return [];
    const told = `now ${is}: reached by its name as before, no longer by that address`;
    return [unmeasured(`address on ${network}`, was, told)];
  });
}

/** A container that was ended stays so until the undo, unless its restart policy starts it: that is told, not judged. */
export function stayedEnded({ before, during }: ContainerSeen): FidelityCheck[] {
  const name = 'ended';
  if (during === null)
    return [check(name, 'until cleared', 'the container has been removed meanwhile', false)];
  const isBack = during.status === 'running' || during.status === 'restarting';
  if (!isBack) {
    const code = `exit code ${during.exitCode}`;
    return [check(name, 'until cleared', `until cleared (${code})`, true)];
  }
  if (before.restartPolicy === 'no')
    return [check(name, 'until cleared', 'started by somebody else before it was cleared', false)];
  const afterMicros = (Date.parse(during.startedAt) - Date.parse(during.finishedAt)) * 1_000;
  const delay =
    Number.isFinite(afterMicros) && afterMicros >= 0 ? ` after ${formatDuration(afterMicros)}` : '';
  const how =
    during.status === 'running' ? `started again by its restart policy${delay}` : 'restarting by its policy';
  return [check(name, 'until cleared or its restart policy starts it', how, true)];
}
