// The fault `memory`: a container gets less memory. The kernel first drops its cached files, then ends processes in it.

import { z } from 'zod';
import { formatSize } from '../../kernel/units.ts';
import type { FidelityCheck } from '../../record/schema.ts';
import type { ContainerLimits } from '../clients/docker-state.ts';
import { check, notBinding, unmeasured } from '../fidelity.ts';
import { sizeBytes, sizeText } from '../network/parameters.ts';
import { limitsData, limitsOf } from '../undo/container-limits.ts';
import { actOn, needsRunning } from './act.ts';
import { defineContainerFault } from './container-fault.ts';
import type { ContainerSeen } from './container-fault.ts';
import { notUndoable } from './refusal.ts';

/** Docker takes no less. */
const leastBytes = 6 * 2 ** 20;

const input = z
  .strictObject({
    fault: z.literal('memory'),
    with: z.strictObject({
      limit: sizeBytes(leastBytes).describe('The memory that it may use, below the limit that it has.'),
    }),
  })
  .transform(({ with: { limit } }) => ({ kind: 'memory' as const, limitBytes: limit }));

/** Memory and swap are limited together: what it may swap stays the same. −1 is no limit, and stays. */
function change(limits: ContainerLimits, limitBytes: number): Partial<ContainerLimits> {
  const { memoryBytes, memorySwapBytes } = limits;
  if (memorySwapBytes === 0) return { memoryBytes: limitBytes };
  const swap = memorySwapBytes < 0 ? -1 : limitBytes + Math.max(0, memorySwapBytes - memoryBytes);
  return { memoryBytes: limitBytes, memorySwapBytes: swap };
}

export const memory = defineContainerFault({
  kind: 'memory',
  input,
  parameters: ({ limitBytes }) => ({ limit: sizeText(limitBytes) }),
  plan({ limitBytes }, id, { docker, state }) {
    needsRunning(state, id);
    const { memoryBytes, memorySwapBytes } = state.limits;
    if (memoryBytes <= 0) {
      throw notUndoable(
        state,
        'has no memory limit, and Docker cannot take one off again',
        'give it one of its own, above what it needs: `mem_limit: 2g` in Compose, `docker run --memory 2g`',
      );
    }
    if (memoryBytes <= limitBytes) {
      const has = sizeText(memoryBytes);
      throw notUndoable(
        state,
        `has only ${has} already, and ${sizeText(limitBytes)} would not be less`,
        `ask for less than ${has}`,
      );
    }
    if (state.autoRemove) {
      throw notUndoable(
        state,
        'is removed when it ends, which a lack of memory may make it do',
        'start it without --rm',
      );
    }
    const undo = memorySwapBytes === 0 ? { memoryBytes } : { memoryBytes, memorySwapBytes };
    return {
      kind: 'container-limits',
      describe: `container ${state.name} limited to ${sizeText(limitBytes)} of memory (fault ${id})`,
      data: { ...limitsData(docker, state, change(state.limits, limitBytes), undo), startAgain: true },
    };
  },
  apply: ({ limitBytes }, intent) =>
    actOn(
      intent,
      (engine, id) => engine.update(id, limitsOf(intent.data, 'set')),
      ({ limits }) => limits.memoryBytes === limitBytes,
    ),
  undoInWords: (_spec, on) =>
    `give ${on} its own memory limit back, read that back, and start it again when it ended for lack of memory`,
  judge: ({ limitBytes }, seen) => [kept(limitBytes, seen), used(limitBytes, seen)],
  lastsUntilCleared: true,
  notBeside: ['memory'],
});

function kept(limitBytes: number, { during }: ContainerSeen): FidelityCheck {
  const [name, asked] = ['memory limit', sizeText(limitBytes)];
  if (during === null) return unmeasured(name, asked, 'Docker did not say');
  const now = during.limits.memoryBytes;
  return check(name, asked, now === 0 ? 'none' : sizeText(now), now === limitBytes);
}

/** Was it ended by the kernel for lack of memory? Docker's mark may be older than the fault. */
function ranOut({ before, during }: ContainerSeen): boolean {
  if (during?.oomKilled !== true) return false;
  return !before.oomKilled || during.startedAt !== before.startedAt || during.status !== 'running';
}

/** Binding: it was ended for lack of memory, or had 90 % of what it was granted. */
function used(limitBytes: number, seen: ContainerSeen): FidelityCheck {
  const [name, asked] = ['memory in use', `at most ${sizeText(limitBytes)}`];
  if (ranOut(seen)) return check(name, asked, 'ended for lack of memory', true);
  const { before, during, memoryBytes } = seen;
  // Docker takes its mark off at a start: whether it was ended for lack of memory before that, nobody can tell.
  if (during !== null && during.startedAt !== before.startedAt)
    return unmeasured(name, asked, 'it was started anew meanwhile');
  if (memoryBytes === null || during?.status !== 'running')
    return unmeasured(name, asked, 'Docker did not say');
  const happened = formatSize(memoryBytes);
  if (memoryBytes > 1.01 * limitBytes) return check(name, asked, happened, false);
  return memoryBytes >= 0.9 * limitBytes
    ? check(name, asked, happened, true)
    : notBinding(name, asked, happened);
}
