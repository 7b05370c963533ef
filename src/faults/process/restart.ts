// The fault `restart`: a process is asked to end, forced when it does not, and started again at once.

import { formatDuration } from '../../kernel/units.ts';
import { stopTree } from '../../kernel/process-tree.ts';
import type { FidelityCheck } from '../../record/schema.ts';
import { check, unmeasured } from '../fidelity.ts';
import { restartInput } from '../notation.ts';
import { backAgain, endedIntent, requireRunning } from './bring-back.ts';
import { defineProcessFault } from './process-fault.ts';
import type { ProcessAct, ProcessScene } from './process-fault.ts';

export const restart = defineProcessFault({
  kind: 'restart',
  input: restartInput,
  parameters: ({ graceMs }) => ({ grace: formatDuration(graceMs * 1_000) }),
  plan: (_spec, id, process) => endedIntent(`${process.name} restarted (fault ${id})`, process),
  act: ({ graceMs }, scene) => restarting(graceMs, scene),
  undoInWords: (_spec, on) => `wait until ${on}, which is started again at once, is ready`,
  // The end of `for` is when it must be back, not when it is to be undone.
  lastsUntilCleared: false,
});

/** In effect from being asked to end. It goes on by itself; clearing it waits until it is ready. */
function restarting(graceMs: number, scene: ProcessScene): ProcessAct {
  const { process, clock, forMicros } = scene;
  const { standing } = process;
  let back: Promise<number> | undefined;
  let endedMicros: number | null = null;
  let backMicros: number | null = null;
  const go = async (): Promise<number> => {
    const begunAtMicros = clock.nowMicros();
    // What does not end is told by startAgain, which tries once more.
    await stopTree({ ...standing.tree, graceMs, signals: standing.endSignals });
    endedMicros = clock.nowMicros() - begunAtMicros;
    await standing.startAgain();
    return clock.nowMicros() - begunAtMicros;
  };
  return {
    apply() {
      requireRunning(process);
      standing.expectEnd();
      back = go();
      back.catch(() => undefined); // told when it is cleared
      return Promise.resolve();
    },
    async restore() {
      if (back !== undefined) backMicros = await backAgain(scene, back);
      return null;
    },
    judge: () => [ended(graceMs, endedMicros), ready(forMicros, backMicros, scene.stopping.aborted)],
  };
}

/** Being forced is part of what was asked for: it is said, and is no error of the fault. */
function ended(graceMs: number, endedMicros: number | null): FidelityCheck {
  const graceMicros = graceMs * 1_000;
  const asked = `within ${formatDuration(graceMicros)}, else by force`;
  if (endedMicros === null) return unmeasured('ended', asked, 'not before the run was stopped');
  const forced = endedMicros >= graceMicros;
  return check('ended', asked, `after ${formatDuration(endedMicros)}${forced ? ', by force' : ''}`, true);
}

function ready(forMicros: number, backMicros: number | null, stopped: boolean): FidelityCheck {
  const asked = `within ${formatDuration(forMicros)}`;
  if (backMicros !== null) {
    return check('ready again', asked, `after ${formatDuration(backMicros)}`, backMicros <= forMicros);
  }
  return stopped
    ? unmeasured('ready again', asked, 'the run was stopped')
    : check('ready again', asked, 'not at all', false);
}
