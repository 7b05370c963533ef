// Killing all of a process: it is down until the fault is cleared, then Mettle starts it again.

import { askTree, findTree, stopTree } from '../../kernel/process-tree.ts';
import { untilEnded } from '../../kernel/process-signal.ts';
import type { FidelityCheck } from '../../record/schema.ts';
import { check, unmeasured } from '../fidelity.ts';
import { bringBack, endedWithin, graceMicros, requireRunning, startedAgain } from './bring-back.ts';
import type { ProcessAct, ProcessScene } from './process-fault.ts';

/** SIGKILL takes effect when nothing of it is left; another signal when it was sent, since it may be heard or not. */
export function killAll(signal: NodeJS.Signals, scene: ProcessScene): ProcessAct {
  const { process, clock, forMicros } = scene;
  const { standing } = process;
  const limitMicros = Math.min(graceMicros, forMicros);
  let acted = false;
  let cleared = new AbortController();
  let ending: Promise<{ afterMicros: number; leftCount: number }> | undefined;
  const found: { ended?: FidelityCheck; stayed?: FidelityCheck; again?: FidelityCheck } = {};
  const ask = (): void => {
    const askedAtMicros = clock.nowMicros();
    const asked = askTree(standing.tree, signal);
    cleared = new AbortController();
    ending = untilEnded(asked, { clock, withinMicros: forMicros, signal: cleared.signal }).then(() => ({
      afterMicros: clock.nowMicros() - askedAtMicros,
      leftCount: findTree(standing.tree).length,
    }));
  };
  return {
    async apply() {
      requireRunning(process);
      acted = true;
      standing.expectEnd();
      if (signal !== 'SIGKILL') {
        ask();
        return;
      }
      const { remaining } = await stopTree({ ...standing.tree, graceMs: 0 });
      if (remaining.length === 0) return;
      throw new Error(`still running: process ${remaining.map(({ pid }) => pid).join(', ')}`);
    },
    async restore() {
      if (!acted) return null;
      cleared.abort();
      if (ending === undefined) found.stayed = stayedDown(findTree(standing.tree).length);
      else found.ended = endedWithin(limitMicros, await ending);
      found.again = unmeasured('started again', 'when it is cleared', 'it could not be');
      found.again = startedAgain(await bringBack(scene));
      return null;
    },
    judge: () => [found.ended, found.stayed, found.again].flatMap((each) => each ?? []),
  };
}

/** Somebody else might have started something of it again. */
const stayedDown = (count: number): FidelityCheck =>
  check(
    'down',
    'until it is cleared',
    count === 0 ? 'until then' : `${count} processes ran again`,
    count === 0,
  );
