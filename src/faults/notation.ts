// How faults are written that processes and containers share: one notation, put on whatever `on` names.

import { z } from 'zod';
import { parseDuration } from '../kernel/units.ts';

/** Signals that end a process, or ask it to. */
const endingSignals = ['SIGKILL', 'SIGTERM', 'SIGINT', 'SIGQUIT', 'SIGHUP', 'SIGABRT'] as const;

export const pauseInput = z
  .strictObject({ fault: z.literal('pause'), with: z.strictObject({}).optional() })
  .transform(() => ({ kind: 'pause' as const }));

export const killInput = z
  .strictObject({
    fault: z.literal('kill'),
    with: z
      .strictObject({
        signal: z.enum(endingSignals).optional().describe('What it is sent; default: SIGKILL.'),
        processes: z
          .enum(['all', 'children'])
          .optional()
          .describe(
            'Of a process that Mettle started: all of it, or only what it has started itself and is to start again; default: all.',
          ),
      })
      .optional(),
  })
  .transform(({ with: written }) => ({
    kind: 'kill' as const,
    signal: written?.signal ?? ('SIGKILL' as const),
    processes: written?.processes ?? ('all' as const),
  }));

const grace = z
  .strictObject({
    grace: z
      .string()
      .transform((text, context): number => {
        const graceMicros = parseDuration(text);
        if (graceMicros !== undefined && graceMicros >= 0 && graceMicros <= 600_000_000)
          return graceMicros / 1_000;
        context.addIssue({
          code: 'custom',
          message: 'a grace is a duration of at most 10m, e.g. `10s`',
        });
        return z.NEVER;
      })
      .optional()
      .describe('How long it may take to end by itself before it is forced; default: 10s.'),
  })
  .optional();

export const restartInput = z
  .strictObject({ fault: z.literal('restart'), with: grace })
  .transform(({ with: written }) => ({ kind: 'restart' as const, graceMs: written?.grace ?? 10_000 }));

/** Of containers only: a process of Mettle's own is killed, or restarted. */
export const stopInput = z
  .strictObject({ fault: z.literal('stop'), with: grace })
  .transform(({ with: written }) => ({ kind: 'stop' as const, graceMs: written?.grace ?? 10_000 }));
