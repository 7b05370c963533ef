// How faults act on containers: what must be so before, and the reading back after.

import { setTimeout as wait } from 'node:timers/promises';
import { exitCodes, MettleError } from '../../kernel/errors.ts';
import type { UndoIntent } from '../../kernel/ports.ts';
import type { DockerPort } from '../clients/docker-port.ts';
import type { ContainerState } from '../clients/docker-state.ts';
import { onContainer } from '../undo/container.ts';
import { textOf } from '../undo/undo-kind.ts';

/** Of one call to the engine; a stop has its grace besides. */
const callTimeoutMs = 10_000;

/** Throws (exit code 2) for a container that does not run: there is nothing to break, nor to put back. */
export function needsRunning(state: ContainerState, id: string): void {
  if (state.status === 'running') return;
  throw new MettleError({
    code: 'CONTAINER_NOT_RUNNING',
    message: `the container ${state.name} is ${state.status}: the fault ${id} needs it to run`,
    hint: state.status === 'paused' ? `docker unpause ${state.name}` : `docker start ${state.name}`,
  });
}

/** Acts on the container that an intent names, then waits until it is as it should be. Throws when it never is. */
export async function actOn(
  intent: UndoIntent,
  act: (engine: DockerPort, id: string) => Promise<void>,
  isInEffect: (state: ContainerState) => boolean,
  withinMs = 5_000,
): Promise<void> {
  const limits = { graceMs: 0, callTimeoutMs };
  const untilMs = performance.now() + withinMs;
  const seen = await onContainer(intent.data, limits, async (engine, { id }) => {
    await act(engine, id);
    for (;;) {
      const state = await engine.inspect(id);
      if (state === undefined || isInEffect(state)) return state;
      if (performance.now() > untilMs) throw notInEffect(intent, state);
      await wait(50);
    }
  });
  if (seen === undefined) throw vanished(intent);
}

const vanished = ({ describe, data }: UndoIntent): MettleError =>
  new MettleError({
    code: 'CONTAINER_VANISHED',
    message: `${describe}: the container ${textOf(data, 'containerName')} has been removed meanwhile`,
    hint: 'look for it: docker ps --all',
    exitCode: exitCodes.invalid,
  });

const notInEffect = ({ describe }: UndoIntent, state: ContainerState): MettleError =>
  new MettleError({
    code: 'FAULT_NOT_IN_EFFECT',
    message: `${describe} was accepted by Docker but is not in effect when read back: ${state.name} is ${state.status}`,
    hint: `look at it: docker inspect ${state.name}`,
    exitCode: exitCodes.invalid,
  });
