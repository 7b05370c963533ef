// A scheduled fault as written: when, where and under which guard here, what it does by the faults themselves.

import { z } from 'zod';
import { faultInputSchema } from '../faults/registry.ts';
import { nameInput } from './names.ts';
import { durationInput, spanInput } from './quantities.ts';
import { maxOccurrences } from './occurrences.ts';
import type { ScheduledFault } from './scenario.ts';

const schedule = z.strictObject({
  id: nameInput.describe('Names the fault in promises and phases: `fault:<id>`, `recovery:<id>`.'),
  at: durationInput.describe('When it begins, from the start of the load.'),
  for: spanInput.describe('How long it lasts; it ends inside the load.'),
  on: z
    .string()
    .min(1)
    .describe(
      'A dependency of the target, a client of the target, or `clients`: the proxy in front of the target itself. For faults on processes: `target`, a client or a dependency. For containers: `container:<name>`, `service:<Compose service>`, `label:<key>=<value>`.',
    ),
  pick: z
    .int('a number of containers is a whole number')
    .positive('at least one container')
    .optional()
    .describe('Of the containers that match, so many at random; default: all of them.'),
  every: spanInput
    .optional()
    .describe('It is injected again and again, so long from one begin to the next, while a whole one fits.'),
  times: z
    .int('a number of times is a whole number')
    .positive('at least one time')
    .max(maxOccurrences, `at most ${maxOccurrences} times`)
    .optional()
    .describe('With `every`: how often in all; default: as often as it fits into the load.'),
  inject: z
    .enum(['if-steady', 'always'])
    .optional()
    .describe('Whether to inject although a steady promise is already broken; default: if-steady.'),
  traffic: z
    .enum(['required', 'optional'])
    .optional()
    .describe('Whether a link that carries nothing makes the run invalid; default: required.'),
});

/**
 * An entry that stands for a piece of the library or of the project. It is replaced before entries are checked
 * (chaos-pieces.ts); this is what editors are told.
 */
export const pieceEntryInput = schedule.partial().extend({
  use: z.string().min(1).describe('A piece of the library, such as `dependency-slow`, or a path to one.'),
  with: z.record(z.string(), z.unknown()).optional().describe('Parameters that differ from the piece’s.'),
});

/** What every scheduled fault may say, whatever its kind. */
export const faultEntryKeys: readonly string[] = [...Object.keys(schedule.shape), 'use', 'fault', 'with'];

export const faultEntryInput = z
  .intersection(
    schedule,
    faultInputSchema.transform((fault) => ({ fault })),
  )
  .refine(({ every, times }) => times === undefined || every !== undefined, {
    path: ['times'],
    error: '`times` goes with `every`',
  })
  .transform((written): ScheduledFault => ({
    id: written.id,
    atMicros: written.at,
    forMicros: written.for,
    on: written.on,
    pick: written.pick ?? null,
    fault: written.fault,
    inject: written.inject ?? 'if-steady',
    traffic: written.traffic ?? 'required',
    ...(written.every === undefined
      ? {}
      : { repeat: { everyMicros: written.every, times: written.times ?? null } }),
  }));
