// A streamed answer that is followed event by event: as written, and as plain data.

import { z } from 'zod';
import type { JsonCheck } from './step-input.ts';
import { jsonChecksInput, timeoutInput } from './step-input.ts';

/** What makes a step leave its stream, satisfied. */
export type StreamEnd =
  | { readonly kind: 'events'; readonly count: number }
  /** Of one event's data, as JSON. */
  | { readonly kind: 'match'; readonly checks: readonly JsonCheck[] }
  /** A template that one event's data contains. */
  | { readonly kind: 'text'; readonly text: string }
  /** The type of one event (its `event:` field). */
  | { readonly kind: 'event'; readonly type: string };

export interface HttpStream {
  /** Server-sent events, or one event per line that is not empty (NDJSON). */
  readonly format: 'events' | 'lines';
  readonly until: StreamEnd | null;
  /** From the beginning of the answer; null = as long as it lasts. */
  readonly forMicros: number | null;
  /** The longest wait for the first or the next event; null = only the step's timeout. */
  readonly gapTimeoutMicros: number | null;
}

const formatInput = z.enum(['events', 'lines']);

const untilInput = z.union(
  [
    z.strictObject({ events: z.int().min(1).describe('Leave after this many events.') }),
    z.strictObject({ match: jsonChecksInput.describe('Leave after an event whose JSON data matches.') }),
    z.strictObject({
      text: z.string().min(1).describe('Leave after an event whose data contains this text.'),
    }),
    z.strictObject({ event: z.string().min(1).describe('Leave after an event of this type.') }),
  ],
  { error: 'expected { events: 5 }, { match: { $.path: value } }, { text: "…" } or { event: name }' },
);

function endOf(written: z.output<typeof untilInput>): StreamEnd {
  if ('events' in written) return { kind: 'events', count: written.events };
  if ('match' in written) return { kind: 'match', checks: written.match };
  return 'text' in written ? { kind: 'text', text: written.text } : { kind: 'event', type: written.event };
}

export const streamInput = z
  .union(
    [
      formatInput,
      z.strictObject({
        format: formatInput.optional().describe('Server-sent events, or one per line; default: events.'),
        until: untilInput.optional().describe('What ends the step as a success, though the stream goes on.'),
        for: timeoutInput.optional().describe('Leave the stream, satisfied, after so long.'),
        gapTimeout: timeoutInput.optional().describe('The longest wait for the first or the next event.'),
      }),
    ],
    { error: 'expected `events`, `lines`, or a map such as { until: { events: 5 }, for: 10s }' },
  )
  .transform((written): HttpStream => {
    const {
      format = 'events',
      until,
      for: forMicros = null,
      gapTimeout = null,
    } = typeof written === 'string' ? { format: written } : written;
    return {
      format,
      until: until === undefined ? null : endOf(until),
      forMicros,
      gapTimeoutMicros: gapTimeout,
    };
  });
