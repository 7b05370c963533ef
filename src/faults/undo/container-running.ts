// Undo of a container that was ended: it runs again, under the same published ports.

import { setTimeout as wait } from 'node:timers/promises';
import { MettleError } from '../../kernel/errors.ts';
import { dockerErrors } from '../clients/docker-errors.ts';
import type { DockerPort } from '../clients/docker-port.ts';
import type { ContainerState } from '../clients/docker-state.ts';
import { lookAtContainer, onContainer } from './container.ts';
import type { UndoKind, UndoLimits } from './undo-kind.ts';

type Data = Parameters<UndoKind['undo']>[0];

/** data: what `containerData` gives, and `ports`: as they were. It was running, else nothing would have been begun. */
export const containerRunningUndo: UndoKind = {
  kind: 'container-running',
  where: 'docker',
  async undo(data, _snapshot, limits) {
    await onContainer(data, limits, async (docker, found) => {
      const state = mayEndYet(data, found) ? await untilEnded(docker, found, data, limits) : found;
      if (state === undefined) return;
      const { id, status } = state;
      if (status === 'paused') await docker.unpause(id);
      // Whoever ends later would find nobody to start it. Docker goes on with this by itself, too.
      else if (mayEndYet(data, state)) await docker.restart(id, 0).catch(unlessLate);
      // `restarting`: its own policy is about to start it, and may be waiting; a start now does no harm.
      else if (status !== 'running') await docker.start(id).catch(unlessLate);
    });
  },
  verify: (data, _snapshot, limits) => lookAtContainer(data, limits, (state) => leftOf(state, data)),
};

/**
 * It was asked to end a moment ago and still runs as before: whoever asked may have died meanwhile, and Docker stops it all
 * the same. Later than that, it never was asked, or nothing came of it.
 */
function mayEndYet({ startedAt: before, askedAtUnixMs, endsWithinMs }: Data, state: ContainerState): boolean {
  if (typeof askedAtUnixMs !== 'number' || typeof endsWithinMs !== 'number') return false;
  const sinceMs = Date.now() - askedAtUnixMs;
  return state.status === 'running' && state.startedAt === before && sinceMs < endsWithinMs;
}

/** As it is then; it gets as long as two calls may take. */
async function untilEnded(
  docker: DockerPort,
  from: ContainerState,
  data: Data,
  { callTimeoutMs }: UndoLimits,
): Promise<ContainerState | undefined> {
  const untilMs = performance.now() + 2 * callTimeoutMs;
  let state: ContainerState | undefined = from;
  while (state !== undefined && mayEndYet(data, state) && performance.now() < untilMs) {
    await wait(50);
    state = await docker.inspect(from.id);
  }
  return state;
}

function leftOf(state: ContainerState, data: Data): string | null {
  const { name, status, ports } = state;
  if (mayEndYet(data, state)) return `it was asked to end and may do so yet; by hand: docker restart ${name}`;
  if (status !== 'running') return `it does not run (${status}); by hand: docker start ${name}`;
  const before = Array.isArray(data.ports) ? data.ports.filter((port) => typeof port === 'string') : [];
  const lost = before.filter((port) => !ports.includes(port));
  if (lost.length === 0) return null;
  const now = ports.length === 0 ? 'none' : ports.join(', ');
  return `it runs, but without its published ports ${lost.join(', ')} (now: ${now}); by hand: docker restart ${name}`;
}

/** Starting may take longer than one call may: it goes on all the same, and the next look tells. */
function unlessLate(error: unknown): void {
  if (!(error instanceof MettleError) || error.code !== dockerErrors.timeout) throw error;
}
