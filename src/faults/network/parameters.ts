// How the parameters of network faults are written, in `with:`, and written back.

import { z } from 'zod';
import { formatShare, parseDuration, parseShare } from '../../kernel/units.ts';

const longestMs = 3_600_000;

/** A duration as text with a unit; Toxiproxy takes whole milliseconds, so nothing finer is promised. Milliseconds. */
export const durationMs = (least: number) =>
  z
    .string({ error: (issue) => noUnit(issue.input, 'a duration such as 300ms or 2s', 'ms') })
    .transform((text, context): number => {
      const micros = parseDuration(text);
      const refuse = (message: string): never => {
        context.addIssue({ code: 'custom', message });
        return z.NEVER;
      };
      if (micros === undefined) return refuse(`"${text}" is not a duration such as 300ms or 2s`);
      if (micros % 1_000 !== 0) return refuse(`"${text}" is finer than the proxy can do: whole milliseconds`);
      if (micros < least * 1_000) return refuse(`must be at least ${least}ms`);
      if (micros > longestMs * 1_000) return refuse('must be at most 1h');
      return micros / 1_000;
    })
    .meta({ examples: ['300ms', '2s'] });

/** The share of connections that are affected, 0…1. */
const toxicity = z
  .string({ error: (issue) => noUnit(issue.input, 'a percentage such as 50%', '%') })
  .transform((text, context): number => {
    const share = parseShare(text);
    if (share !== undefined && share > 0 && share <= 1) return share;
    const message =
      share === undefined ? `"${text}" is not a percentage such as 50%` : 'must be above 0% and at most 100%';
    context.addIssue({ code: 'custom', message });
    return z.NEVER;
  })
  .meta({ examples: ['100%', '20%'] });

/** What every toxic takes besides its own attributes. */
export const toxicInputs = {
  toxicity: toxicity.optional().describe('Share of connections that are affected; default: 100%.'),
  direction: z
    .enum(['downstream', 'upstream'])
    .optional()
    .describe('downstream: answers of the server (default); upstream: requests of the client.'),
};

export interface ToxicReach {
  /** 0…1 */
  readonly toxicity: number;
  readonly direction: 'downstream' | 'upstream';
}

interface WrittenReach {
  readonly toxicity?: number | undefined;
  readonly direction?: ToxicReach['direction'] | undefined;
}

export const reachOf = (written: WrittenReach): ToxicReach => ({
  toxicity: written.toxicity ?? 1,
  direction: written.direction ?? 'downstream',
});

export const reachText = (reach: ToxicReach): Record<string, string> => ({
  toxicity: formatShare(reach.toxicity),
  direction: reach.direction,
});

/** Exact, unlike durations in reports: `59.999s`. */
export const msText = (valueMs: number): string => (valueMs < 1_000 ? `${valueMs}ms` : `${valueMs / 1_000}s`);

function noUnit(input: unknown, expected: string, unit: string): string {
  if (input === undefined || input === null) return '';
  if (typeof input === 'number') return `${input} has no unit; write ${input}${unit}`;
  return `must be ${expected}`;
}
