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

const ends = 'expected one of events, match, text, event, such as { events: 5 }';

const untilInput = z
  .strictObject({
    events: z.int().min(1).optional().describe('Leave after this many events.'),
    match: jsonChecksInput.optional().describe('Leave after an event whose JSON data matches.'),
    text: z.string().min(1).optional().describe('Leave after an event whose data contains this text.'),
    event: z.string().min(1).optional().describe('Leave after an event of this type.'),
  })
  .transform((written, context): StreamEnd => {
    const { events, match, text, event } = written;
    const given: StreamEnd[] = [];
    if (events !== undefined) given.push({ kind: 'events', count: events });
    if (match !== undefined) given.push({ kind: 'match', checks: match });
    if (text !== undefined) given.push({ kind: 'text', text });
    if (event !== undefined) given.push({ kind: 'event', type: event });
    const [only, ...others] = given;
    if (only !== undefined && others.length === 0) return only;
    context.addIssue({ code: 'custom', message: ends });
    return z.NEVER;
  });

export const streamInput = z
  .union([
    formatInput,
    z.strictObject({
      format: formatInput.optional().describe('Server-sent events, or one per line; default: events.'),
      until: untilInput.optional().describe('What ends the step as a success, though the stream goes on.'),
      for: timeoutInput.optional().describe('Leave the stream, satisfied, after so long.'),
      gapTimeout: timeoutInput.optional().describe('The longest wait for the first or the next event.'),
    }),
  ])
  .transform((written): HttpStream => {
    const {
      format = 'events',
      until,
      for: forMicros = null,
      gapTimeout = null,
    } = typeof written === 'string' ? { format: written } : written;
    return {
      format,
      until: until ?? null,
      forMicros,
      gapTimeoutMicros: gapTimeout,
    };
  });
