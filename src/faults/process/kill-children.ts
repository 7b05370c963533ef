// Killing what a process has started, and not the process: a supervisor or a cluster is to start them again itself.

import { sleep } from '../../kernel/clock.ts';
import { MettleError } from '../../kernel/errors.ts';
import { isAlive } from '../../kernel/process-table.ts';
import type { ProcessRow } from '../../kernel/process-table.ts';
import { signalProcess, untilEnded } from '../../kernel/process-signal.ts';
import { findTree } from '../../kernel/process-tree.ts';
import type { ProcessTree } from '../../kernel/process-tree.ts';
import type { FidelityCheck } from '../../record/schema.ts';
import { formatDuration } from '../../kernel/units.ts';
import { check, unmeasured } from '../fidelity.ts';
import { bringBack, endedWithin, graceMicros, requireRunning, startedAgain } from './bring-back.ts';
import type { ProcessAct, ProcessScene } from './process-fault.ts';

const pollMicros = 100_000;
const killWithinMicros = 2_000_000;

/** Everything below the root, the root's own children among it. */
interface Below {
  readonly all: readonly ProcessRow[];
  readonly children: readonly ProcessRow[];
}

function below(tree: ProcessTree): Below {
  const all = findTree(tree).filter(({ pid }) => pid !== tree.identity?.pid);
  return { all, children: all.filter(({ parent }) => parent === tree.identity?.pid) };
}

/**
 * Refused when the root has no children. What the root does not start again by the end of the fault makes it `outside`:
 * Mettle then starts all of it again, so that nothing is left broken, and what is measured afterwards is not the root's
 * own recovery.
 */
export function killChildren(signal: NodeJS.Signals, scene: ProcessScene): ProcessAct {
  const { process, clock, forMicros } = scene;
  const { standing } = process;
  const cleared = new AbortController();
  let watching: Promise<void> | undefined;
  let backMicros: number | null = null;
  let ended: { afterMicros: number; leftCount: number } | null = null;
  let again: FidelityCheck | undefined;
  const watch = async (killed: Below, askedAtMicros: number): Promise<void> => {
    const left = await untilEnded(killed.all, { clock, withinMicros: forMicros, signal: cleared.signal });
    ended = { afterMicros: clock.nowMicros() - askedAtMicros, leftCount: left.length };
    while (!cleared.signal.aborted) {
      if (await isComplete(scene, killed)) {
        backMicros = clock.nowMicros() - askedAtMicros;
        return;
      }
      await sleep(clock, pollMicros, cleared.signal);
    }
  };
  return {
    async apply() {
      requireRunning(process);
      const killed = below(standing.tree);
      if (killed.children.length === 0) throw childless(process.name);
      const askedAtMicros = clock.nowMicros();
      for (const one of killed.all) signalProcess(one, signal);
      watching = watch(killed, askedAtMicros);
      if (signal !== 'SIGKILL') return;
      const left = await untilEnded(killed.all, { clock, withinMicros: killWithinMicros });
      if (left.length > 0) throw new Error(`still running: process ${left.map(({ pid }) => pid).join(', ')}`);
    },
    async restore() {
      if (watching === undefined) return null;
      cleared.abort();
      await watching;
      if (backMicros !== null && (await standing.answers())) return null;
      if (!scene.stopping.aborted) backMicros = null;
      again = unmeasured('started again by Mettle', 'when it is cleared', 'it could not be');
      again = { ...startedAgain(await bringBack(scene)), name: 'started again by Mettle' };
      return null;
    },
    judge: () => [
      ...(signal === 'SIGKILL' ? [] : [endedWithin(Math.min(graceMicros, forMicros), ended)]),
      byItself(forMicros, backMicros, scene.stopping.aborted),
      ...(again === undefined ? [] : [again]),
    ],
  };
}

/** As many children as before, none of them one that was killed, and the whole answers again. */
async function isComplete({ process }: ProcessScene, killed: Below): Promise<boolean> {
  const { standing } = process;
  const fresh = below(standing.tree).children.filter(
    ({ pid, startTime }) => !killed.all.some((old) => old.pid === pid && old.startTime === startTime),
  );
  return fresh.length >= killed.children.length && fresh.every(isAlive) && (await standing.answers());
}

function byItself(forMicros: number, backMicros: number | null, stopped: boolean): FidelityCheck {
  const [name, asked] = ['started again by itself', `within ${formatDuration(forMicros)}`];
  if (backMicros !== null) return check(name, asked, `after ${formatDuration(backMicros)}`, true);
  if (stopped) return unmeasured(name, asked, 'the run was stopped');
  return check(name, asked, 'not complete when it was cleared', false);
}

const childless = (name: string): MettleError =>
  new MettleError({
    code: 'NO_CHILDREN',
    message: `${name} has started no process of its own: there are no children to kill`,
    hint: 'leave out `processes: children` to kill the process itself',
  });
