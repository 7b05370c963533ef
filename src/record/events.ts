// events.ndjson: what happened, one JSON document a line: the counts of every slice, phase edges, notes.

import { z } from 'zod';
import { errorClasses } from '../measure/outcome.ts';
import type { Slice, SliceCounts } from '../measure/slice.ts';
import { tallyNames } from '../measure/slice.ts';
import { exitCodes, MettleError } from '../kernel/errors.ts';

const count = z.number().int().nonnegative();

const sliceEvent = z.object({
  type: z.literal('slice'),
  series: z.string(),
  startMicros: z.number(),
  endMicros: z.number(),
  counts: z.object({
    offered: count,
    started: count,
    ok: count,
    failed: count,
    dropped: count,
    unsent: count,
    censored: count,
    skipped: count,
    answered: count,
    okEnded: count,
    begun: count.default(0),
    bytes: count,
    errors: z.partialRecord(z.enum(errorClasses), count),
    tallies: z.partialRecord(z.enum(tallyNames), count),
    statuses: z.record(z.string(), count),
  }),
});

export interface SliceEvent {
  readonly series: string;
  readonly startMicros: number;
  readonly endMicros: number;
  readonly counts: SliceCounts;
}

export function formatEvents(slices: readonly Slice[]): string {
  return slices
    .map(({ series, startMicros, endMicros, counts }) =>
      JSON.stringify({ type: 'slice', series, startMicros, endMicros, counts }),
    )
    .map((line) => `${line}\n`)
    .join('');
}

/** Event types that a later version added are skipped. Throws MettleError RECORD_CORRUPT naming the line. */
export function parseEvents(text: string, file: string): SliceEvent[] {
  const events: SliceEvent[] = [];
  text.split('\n').forEach((line, index) => {
    if (line === '') return;
    const event = sliceEvent.safeParse(parseJson(line));
    if (event.success) {
      events.push(event.data);
    } else if (!isOtherEvent(line)) {
      throw new MettleError({
        code: 'RECORD_CORRUPT',
        message: `${file}:${index + 1}: not an event of a Mettle record`,
        hint: 'The record is damaged; repeat the run.',
        exitCode: exitCodes.usage,
      });
    }
  });
  return events;
}

function parseJson(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}

function isOtherEvent(line: string): boolean {
  const other = z.object({ type: z.string() }).safeParse(parseJson(line));
  return other.success && other.data.type !== 'slice';
}
