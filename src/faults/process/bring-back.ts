// What faults share that end a process: it is to be started again by Mettle, and how that went.

import { messageOf, MettleError } from '../../kernel/errors.ts';
import type { UndoIntent } from '../../kernel/ports.ts';
import { findTree } from '../../kernel/process-tree.ts';
import type { FidelityCheck } from '../../record/schema.ts';
import { formatDuration } from '../../kernel/units.ts';
import { check, unmeasured } from '../fidelity.ts';
import type { FaultProcess } from '../fault.ts';
import type { ProcessScene } from './process-fault.ts';

/** How long a process may take to end when it is asked to, unless said otherwise: what Docker grants, too. */
export const graceMicros = 10_000_000;

/** Another process has nothing to undo: the tree is Mettle's own, journalled apart, and ends with Mettle. */
export const endedIntent = (describe: string, { name }: FaultProcess): UndoIntent => ({
  kind: 'ended-process',
  describe,
  data: { name },
});

/** Throws NO_PROCESS when there is nothing to end: it ended by itself before, or is down already. */
export function requireRunning({ name, standing }: FaultProcess): void {
  if (findTree(standing.tree).length > 0) return;
  throw new MettleError({ code: 'NO_PROCESS', message: `${name} is not running: there is nothing to end` });
}

/**
 * Waits until `back` has settled; null when the run is stopped before that. Throws what is down when it could not be
 * started again: that is told as an undo that failed, since the run cannot go on as if nothing had happened.
 */
export async function backAgain(
  { process, stopping }: Pick<ProcessScene, 'process' | 'stopping'>,
  back: Promise<number>,
): Promise<number | null> {
  const abort = new AbortController();
  const stopped = new Promise<null>((resolve) => {
    if (stopping.aborted) resolve(null);
    stopping.addEventListener('abort', () => resolve(null), { once: true, signal: abort.signal });
  });
  try {
    return await Promise.race([back, stopped]);
  } catch (error) {
    if (stopping.aborted) return null;
    const [why = ''] = messageOf(error).split('\n');
    throw new Error(`${process.name} is down, and could not be started again: ${why}`, { cause: error });
  } finally {
    abort.abort();
    back.catch(() => undefined); // when the run is stopped nobody asks any more
  }
}

/** Starts it again. Resolves with how long it took until it was ready; null when the run is being stopped. */
export async function bringBack(scene: ProcessScene): Promise<number | null> {
  const { process, clock, stopping } = scene;
  if (stopping.aborted) return null;
  const begunAtMicros = clock.nowMicros();
  return await backAgain(
    scene,
    process.standing.startAgain().then(() => clock.nowMicros() - begunAtMicros),
  );
}

/** Started again by Mettle: how long that takes is the target's own affair, and is said. null: the run was stopped. */
export function startedAgain(tookMicros: number | null): FidelityCheck {
  const [name, asked] = ['started again', 'when it is cleared'];
  return tookMicros === null
    ? unmeasured(name, asked, 'the run was stopped')
    : check(name, asked, `ready ${formatDuration(tookMicros)} later`, true);
}

/** How long it took to end, having been asked. `leftCount`: how many of its processes had not, when that was looked at. */
export function endedWithin(
  limitMicros: number,
  ended: { readonly afterMicros: number; readonly leftCount: number } | null,
): FidelityCheck {
  const asked = `within ${formatDuration(limitMicros)}`;
  if (ended === null) return unmeasured('ended', asked, 'the run was stopped');
  const { afterMicros, leftCount } = ended;
  const after = formatDuration(afterMicros);
  if (leftCount === 0) return check('ended', asked, `after ${after}`, afterMicros <= limitMicros);
  return check('ended', asked, `${leftCount} of its processes still ran after ${after}`, false);
}
