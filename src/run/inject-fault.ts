// Putting a scheduled fault where it belongs: on a proxied link, on a process that was started, or on containers.

import type { Injection } from '../faults/fault.ts';
import { inject } from '../faults/inject.ts';
import { injectOnProcess } from '../faults/inject-process.ts';
import { placed } from '../faults/registry.ts';
import type { ScheduledFault } from '../scenario/scenario.ts';
import type { StartedVariant } from '../system/system.ts';
import type { RunRequest } from './run-request.ts';

/** Rejects when it could not be put there; nothing of it is left then, or the error has the exit code 4. */
export async function injectFault(
  { stage, signal, seed }: RunRequest,
  started: StartedVariant,
  fault: ScheduledFault,
  onActing: (effectAtMicros: number) => void,
  loadSinceMicros: number,
): Promise<Injection> {
  const { id, on, forMicros, traffic } = fault;
  const tracker = stage.journal;
  const { place, spec } = placed(fault.fault, on);
  switch (place) {
    case 'container':
      return await stage.containers.inject(fault, spec, { seed, tracker, onActing });
    case 'process': {
      const standing = started.processes[on];
      if (standing === undefined) throw new Error(`${on} is no process that Mettle has started`);
      const process = { name: on, standing };
      return await injectOnProcess({ id, spec, process, forMicros, tracker, stopping: signal, onActing });
    }
    case 'link': {
      const link = stage.backend?.get(on);
      if (link === undefined) throw new Error(`there is no proxy in front of ${on}`);
      return await inject({ id, spec, link, traffic, forMicros, tracker, onActing, loadSinceMicros });
    }
  }
}
