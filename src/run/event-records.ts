// Events as the record tells them: on the load's clock, with the fault that was on the container when they happened.

import type { RunRecord } from '../record/schema.ts';
import type { TargetEvent } from './container-events.ts';
import type { PlayedFault } from './timeline.ts';

/** An undo is done before it is read back, and what it sets off (a health check) takes a moment. */
const afterMicros = 1_000_000;

/** `events`: times from the start of the load. Those from before it are left out. */
export function eventRecords(
  events: readonly TargetEvent[],
  played: readonly PlayedFault[],
): RunRecord['events'] {
  return events
    .filter(({ atMicros }) => atMicros >= 0)
    .map((event) => ({
      ...{ atMicros: Math.round(event.atMicros), source: event.source, what: event.what },
      cause: played.find((entry) => isOn(entry, event))?.fault.id ?? null,
    }))
    .sort((a, b) => a.atMicros - b.atMicros);
}

/** What ends a container is told before it is read back, so the time at which it was due counts. */
function isOn({ fault, result, effectAtMicros, clearedAtMicros }: PlayedFault, event: TargetEvent): boolean {
  if (effectAtMicros === null || event.container === null) return false;
  if (result?.hit?.includes(event.container) !== true) return false;
  const fromMicros = Math.min(fault.atMicros, effectAtMicros);
  return event.atMicros >= fromMicros && event.atMicros <= (clearedAtMicros ?? Infinity) + afterMicros;
}
