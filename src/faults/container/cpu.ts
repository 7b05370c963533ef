// The fault `cpu`: a container gets less processor time. Docker's scheduler stops it for the rest of each period.

import { z } from 'zod';
import { formatDuration, significant } from '../../kernel/units.ts';
import type { FidelityCheck } from '../../record/schema.ts';
import type { ContainerLimits } from '../clients/docker-state.ts';
import { check, notBinding, unmeasured } from '../fidelity.ts';
import { coresOf, limitsData, limitsOf } from '../undo/container-limits.ts';
import { actOn, needsRunning } from './act.ts';
import { defineContainerFault } from './container-fault.ts';
import type { ContainerSeen } from './container-fault.ts';
import { notUndoable } from './refusal.ts';

const input = z
  .strictObject({
    fault: z.literal('cpu'),
    with: z.strictObject({
      cores: z
        .number('a number of cores, such as 0.5')
        .min(0.01, 'at least 0.01 of a core')
        .max(1_024, 'at most 1024 cores')
        .describe('The processor time that it may use: 0.5 is half of one core.'),
    }),
  })
  .transform(({ with: { cores } }) => ({ kind: 'cpu' as const, cores }));

const defaultPeriodMicros = 100_000;
/** What the kernel asks for. */
const leastQuotaMicros = 1_000;

const periodMicros = ({ cpuPeriod }: ContainerLimits): number =>
  cpuPeriod > 0 ? cpuPeriod : defaultPeriodMicros;

const coresText = (cores: number): string => `${significant(cores)} ${cores === 1 ? 'core' : 'cores'}`;

/**
 * Docker keeps a limit in one of two ways and lets neither follow the other. A share in billionths (`--cpus`) can be
 * changed but never taken off again; a quota can, with −1. So a limit is changed in the way it is written, and one that was
 * not there is given as a quota.
 */
function change(
  limits: ContainerLimits,
  cores: number,
): { set: Partial<ContainerLimits>; undo: Partial<ContainerLimits> } {
  const { nanoCpus, cpuQuota } = limits;
  if (nanoCpus > 0) return { set: { nanoCpus: Math.round(cores * 1e9) }, undo: { nanoCpus } };
  const quota = Math.round(cores * periodMicros(limits));
  return { set: { cpuQuota: quota }, undo: { cpuQuota: cpuQuota > 0 ? cpuQuota : -1 } };
}

export const cpu = defineContainerFault({
  kind: 'cpu',
  input,
  parameters: ({ cores }) => ({ cores: `${cores}` }),
  plan({ cores }, id, { docker, state }) {
    needsRunning(state, id);
    if (state.limits.nanoCpus > 0 && state.limits.cpuQuota < 0) {
      throw notUndoable(
        state,
        'has a processor limit and one that was taken off, and Docker does not tell which of the two holds',
        'make the container anew',
      );
    }
    const own = coresOf(state.limits);
    if (own !== null && own <= cores) {
      throw notUndoable(
        state,
        `has only ${coresText(own)} already, and a limit of ${coresText(cores)} would give it more`,
        `ask for less than ${significant(own)}`,
      );
    }
    const { set, undo } = change(state.limits, cores);
    if (set.cpuQuota !== undefined && set.cpuQuota < leastQuotaMicros) {
      throw notUndoable(
        state,
        `counts its processor time in periods of ${formatDuration(state.limits.cpuPeriod)}, of which ${coresText(cores)} are less than the kernel grants (1ms)`,
        'ask for more',
      );
    }
    return {
      kind: 'container-limits',
      describe: `container ${state.name} limited to ${coresText(cores)} (fault ${id})`,
      data: limitsData(docker, state, set, undo),
    };
  },
  apply: ({ cores }, intent) =>
    actOn(
      intent,
      (engine, id) => engine.update(id, limitsOf(intent.data, 'set')),
      ({ limits }) => isLimited(limits, cores),
    ),
  undoInWords: (_spec, on) => `give ${on} its own processor limit back, or none, and read that back`,
  judge: ({ cores }, seen) => [kept(cores, seen), used(cores, seen)],
  lastsUntilCleared: true,
  notBeside: ['cpu'],
});

const isLimited = (limits: ContainerLimits, cores: number): boolean => {
  const now = coresOf(limits);
  return now !== null && Math.abs(now - cores) <= 0.001 * Math.max(1, cores);
};

function kept(cores: number, { during }: ContainerSeen): FidelityCheck {
  const name = 'processor limit';
  if (during === null) return unmeasured(name, coresText(cores), 'Docker did not say');
  const now = coresOf(during.limits);
  return check(
    name,
    coresText(cores),
    now === null ? 'none' : coresText(now),
    isLimited(during.limits, cores),
  );
}

/**
 * At most 110 % of the limit, or what one period grants besides, where that is more: it may all be used at once, and the
 * readings lie right before and after. It was binding when the container wanted more: it was held back in at least one of a
 * hundred periods (of 100 ms, unless it has its own), or had 90 % of what it was granted.
 */
function used(cores: number, seen: ContainerSeen): FidelityCheck {
  const name = 'processor time used';
  const { before, during, cpuMicros, throttledPeriods, measuredMicros } = seen;
  const asked = `at most ${coresText(cores)}`;
  if (cpuMicros === null || measuredMicros === null || during === null)
    return unmeasured(name, asked, 'Docker did not say');
  if (during.startedAt !== before.startedAt) return unmeasured(name, asked, 'it was started anew meanwhile');
  if (measuredMicros <= 0) return unmeasured(name, asked, 'too short to tell');
  const granted = cores * measuredMicros;
  const periods = measuredMicros / periodMicros(during.limits);
  const happened = `${coresText(cpuMicros / measuredMicros)} over ${formatDuration(measuredMicros)}`;
  if (cpuMicros > granted * Math.max(1.1, 1 + 1 / periods)) return check(name, asked, happened, false);
  const heldBack = throttledPeriods !== null && throttledPeriods >= Math.max(1, 0.01 * periods);
  return heldBack || cpuMicros >= 0.9 * granted
    ? check(name, asked, happened, true)
    : notBinding(name, asked, `${happened}: it never wanted more`);
}
