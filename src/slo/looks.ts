// Looks at a process or a container within the phases a promise asks for, and whether they cover enough of them.

import { formatDuration } from '../kernel/units.ts';
import type { RunData } from '../record/data.ts';
import type { FaultRecord } from '../record/schema.ts';
import { absentRecovery, asksRecoveryOnly } from './absent-recovery.ts';
import { noReading } from './metrics/metric.ts';
import type { Reading } from './metrics/metric.ts';
import type { Look, Watched } from './observed.ts';
import { clipped, isWithin, lengthOf, type Span, unionOf, without } from './spans.ts';

/** A value and the stretch of time that it stands for. */
export interface Stood extends Span {
  readonly value: number;
}

const secondMicros = 1_000_000;
/** Fewer say nothing of a load. */
export const fewestLooks = 3;
/** Of the time that is asked for. */
const leastShare = 0.8;
/** A pause longer than this many usual ones is a gap: nobody looked, or there was nothing to look at. */
const gapFactor = 2.5;
/** No pause is usual beyond this. */
const longestUsualMicros = 5 * secondMicros;

/** The time of the load in these phases (none: all but the warm-up); a reading where there was none. */
export function askedTime({ run }: RunData, during: readonly string[]): Span[] | Reading {
  const asked = run.phases.filter(({ name }) =>
    during.length === 0 ? name !== 'warmup' : during.includes(name),
  );
  const missing = during.find((name) => !run.phases.some((phase) => phase.name === name));
  if (asked.length === 0 && missing !== undefined) {
    return asksRecoveryOnly(during)
      ? absentRecovery(run, during)
      : noReading(`the run had no phase \`${missing}\``);
  }
  const warm = during.includes('warmup') ? [] : run.phases.filter(({ name }) => name === 'warmup');
  const load = { startMicros: 0, endMicros: run.load.elapsedMicros };
  const spans = clipped(without(asked, warm), load);
  return spans.length === 0 ? noReading('the load did not reach the time that is asked for') : spans;
}

/** Each look with the time since the one before it; after a gap, with a usual pause. */
export function standing(looks: readonly Look[], pick: (look: Look) => number | null): Stood[] {
  const seen = looks.flatMap((look) => {
    const value = pick(look);
    return value === null ? [] : [{ atMicros: look.atMicros, value }];
  });
  const pauses = seen.flatMap(({ atMicros }, index) => {
    const before = seen[index - 1];
    return before === undefined ? [] : [atMicros - before.atMicros];
  });
  const usual = Math.min(longestUsualMicros, Math.max(secondMicros, medianOf(pauses) ?? secondMicros));
  return seen.map(({ atMicros, value }, index) => {
    const pause = atMicros - (seen[index - 1]?.atMicros ?? Number.NEGATIVE_INFINITY);
    return {
      startMicros: atMicros - (pause > gapFactor * usual ? usual : pause),
      endMicros: atMicros,
      value,
    };
  });
}

/** What takes a process or a container away. Under other faults, and those on its links, it is there to be looked at. */
const takingAway: readonly string[] = ['kill', 'stop', 'restart'];

/** When a fault held this very process or container down: it was away on purpose. */
function heldTime({ run }: RunData, watched: Watched, during: readonly string[]): Span[] {
  const isOn = ({ on, with: settings }: FaultRecord): boolean =>
    on === watched.name ||
    (watched.isContainer && `${settings['containers'] ?? ''}`.split(', ').includes(bareName(watched)));
  const holds = (fault: FaultRecord): boolean => takingAway.includes(fault.kind) && isOn(fault);
  const phases = new Set(run.faults.filter(holds).map(({ id }) => `fault:${id}`));
  return run.phases.filter(({ name }) => phases.has(name) && !during.includes(name));
}

const bareName = ({ name }: Watched): string => name.replace(/^container:/, '');

/**
 * Why these looks are too few for the time that is asked for; null when they are enough. What a fault on the watched
 * thing itself took away is not missed, unless its phase is what is asked for.
 */
export function uncovered(
  stood: readonly Stood[],
  asked: readonly Span[],
  { data, watched, during }: { data: RunData; watched: Watched; during: readonly string[] },
): string | null {
  const spared = without(asked, heldTime(data, watched, during));
  const needed = spared.length === 0 ? asked : spared;
  const neededMicros = lengthOf(needed);
  const seen = unionOf(stood.flatMap((span) => clipped(needed, span)));
  const seenMicros = lengthOf(seen);
  if (seenMicros >= leastShare * neededMicros) return null;
  return `\`${watched.name}\` was seen for ${formatDuration(seenMicros)} of the ${formatDuration(neededMicros)} that are asked for`;
}

/** Those whose middle lies in the time that is asked for. */
export const within = (stood: readonly Stood[], asked: readonly Span[]): Stood[] =>
  stood.filter(({ startMicros, endMicros }) => isWithin((startMicros + endMicros) / 2, asked));

/** Those taken in the time that is asked for. */
export const takenIn = (stood: readonly Stood[], asked: readonly Span[]): Stood[] =>
  stood.filter(({ endMicros }) => isWithin(endMicros, asked));

/** null of nothing. */
export function medianOf(values: readonly number[]): number | null {
  const sorted = [...values].sort((a, b) => a - b);
  const [low, high] = [sorted[Math.floor((sorted.length - 1) / 2)], sorted[Math.floor(sorted.length / 2)]];
  return low === undefined || high === undefined ? null : (low + high) / 2;
}
