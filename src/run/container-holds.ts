// Which containers the faults of this command are on; each is locked meanwhile, so that no other command's fault meets it.

import type { FaultOnContainers } from '../faults/container/beside.ts';
import { lockTarget } from '../faults/lock.ts';
import type { TargetLock } from '../faults/lock.ts';

export type LockPort = (name: string) => Promise<TargetLock>;

export interface ContainerHolds {
  /** The faults that are on containers at this moment. */
  faults(): readonly FaultOnContainers[];
  /**
   * Resolves to what lets go of them; harmless when called twice, never rejects. Rejects with TARGET_LOCKED (exit code 2)
   * while another command has one of them; none is held then.
   */
  hold(fault: FaultOnContainers): Promise<() => Promise<void>>;
}

export function containerHolds(lock: LockPort = lockTarget): ContainerHolds {
  const held = new Set<FaultOnContainers>();
  // Several faults of one command may be on a container: the last one lets go of its lock.
  const locks = new Map<string, { readonly lock: TargetLock; holders: number }>();
  const take = async (id: string): Promise<void> => {
    const known = locks.get(id);
    if (known !== undefined) known.holders += 1;
    // As `docker ps` shows it: whoever is refused is told this name.
    else locks.set(id, { lock: await lock(`container ${id.slice(0, 12)}`), holders: 1 });
  };
  const letGo = async (id: string): Promise<void> => {
    const known = locks.get(id);
    if (known === undefined || (known.holders -= 1) > 0) return;
    locks.delete(id);
    await known.lock.release().catch(() => undefined);
  };
  return {
    faults: () => [...held],
    async hold(fault) {
      const taken: string[] = [];
      const release = async (): Promise<void> => {
        held.delete(fault);
        for (const id of taken.splice(0)) await letGo(id);
      };
      held.add(fault);
      try {
        for (const { id } of fault.containers) {
          await take(id);
          taken.push(id);
        }
      } catch (error) {
        await release();
        throw error;
      }
      return release;
    },
  };
}
