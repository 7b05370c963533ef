// A fault that repeats, as the faults that it comes to: one for each time it is injected.

import type { Scenario, ScheduledFault } from './scenario.ts';

/** Each is an entry of the record. */
export const maxOccurrences = 1_000;

/** Whole ones that fit into the load: of a fault without `every`, one. */
export function occurrencesWithin(
  { atMicros, forMicros, repeat }: ScheduledFault,
  durationMicros: number,
): number {
  if (repeat === undefined) return 1;
  const room = durationMicros - atMicros - forMicros;
  return room < 0 ? 0 : Math.floor(room / repeat.everyMicros) + 1;
}

/** Every injection of a scenario; those of a fault that repeats are numbered from 1. In the order of the scenario. */
export const occurrencesOf = (
  scenario: Pick<Scenario, 'chaos' | 'durationMicros'>,
): readonly ScheduledFault[] =>
  scenario.chaos.flatMap((fault) => {
    const { repeat } = fault;
    if (repeat === undefined) return [fault];
    const count = repeat.times ?? occurrencesWithin(fault, scenario.durationMicros);
    return Array.from({ length: Math.min(count, maxOccurrences) }, (_, index) => ({
      ...fault,
      atMicros: fault.atMicros + index * repeat.everyMicros,
      occurrence: index + 1,
    }));
  });
