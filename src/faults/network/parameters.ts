// How the parameters of network faults are written, in `with:`, and written back.

import { z } from 'zod';
import { formatShare, parseByteRate, parseDuration, parseShare, parseSize } from '../../kernel/units.ts';

interface Quantity {
  /** `a duration such as 300ms or 2s` */
  readonly kind: string;
  /** What a bare number may have meant. */
  readonly unit: string;
  readonly parse: (text: string) => number | undefined;
  /** How many of what `parse` yields are one of the proxy's own units: it takes whole numbers of those. */
  readonly step: number;
  readonly steps: string;
  /** In the proxy's units. */
  readonly least: number;
  readonly most: number;
  readonly write: (value: number) => string;
  readonly mostText: string;
  readonly examples: string[];
}

/** Text with a unit, in the proxy's units. */
function quantity({ kind, unit, parse, step, steps, least, most, write, mostText, examples }: Quantity) {
  return z
    .string({ error: (issue) => noUnit(issue.input, kind, unit) })
    .transform((text, context): number => {
      const refuse = (message: string): never => {
        context.addIssue({ code: 'custom', message });
        return z.NEVER;
      };
      if (/^\d+(\.\d+)?$/.test(text.trim())) return refuse(noUnit(Number(text), kind, unit));
      const value = parse(text);
      if (value === undefined) return refuse(`"${text}" is not ${kind}`);
      if (value % step !== 0) return refuse(`"${text}" is finer than the proxy can do: whole ${steps}`);
      if (value < least * step) return refuse(`must be at least ${write(least)}`);
      if (value > most * step) return refuse(`must be at most ${mostText}`);
      return value / step;
    })
    .meta({ examples });
}

const duration = { kind: 'a duration such as 300ms or 2s', unit: 'ms', parse: parseDuration, mostText: '1h' };

/** Toxiproxy takes whole milliseconds here, so nothing finer is promised. Milliseconds. */
export const durationMs = (least: number) =>
  quantity({
    ...duration,
    ...{ step: 1_000, steps: 'milliseconds', write: msText, least, most: 3_600_000 },
    examples: ['300ms', '2s'],
  });

/** Microseconds. */
export const durationMicros = quantity({
  ...duration,
  kind: 'a duration such as 500us or 2ms',
  ...{ step: 1, steps: 'microseconds', write: microsText, least: 0, most: 3_600_000_000 },
  examples: ['500us', '2ms'],
});

/** KB/s of 1,000 bytes, as Toxiproxy counts. Nothing at all is another fault: its `timeout`. */
export const rateKBPerSecond = quantity({
  ...{
    kind: 'a rate such as 500KB/s or 1MB/s',
    unit: 'KB/s',
    parse: parseByteRate,
    examples: ['500KB/s', '1MB/s'],
  },
  ...{ step: 1_000, steps: 'KB/s', least: 1, most: 10_000_000, write: rateText, mostText: '10GB/s' },
});

/** Bytes. */
export const sizeBytes = (least: number) =>
  quantity({
    ...{ kind: 'a size such as 512B or 64KiB', unit: 'B', parse: parseSize, examples: ['512B', '64KiB'] },
    ...{ step: 1, steps: 'bytes', least, most: 2 ** 40, write: sizeText, mostText: '1024GiB' },
  });

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

/** Exact, unlike durations in reports: `59.999s`. So are those below. */
export function msText(valueMs: number): string {
  return valueMs < 1_000 ? `${valueMs}ms` : `${valueMs / 1_000}s`;
}

export function microsText(valueMicros: number): string {
  return valueMicros % 1_000 === 0 ? msText(valueMicros / 1_000) : `${valueMicros}µs`;
}

export function rateText(valueKBPerSecond: number): string {
  return valueKBPerSecond < 1_000 ? `${valueKBPerSecond}KB/s` : `${valueKBPerSecond / 1_000}MB/s`;
}

export function sizeText(bytes: number): string {
  const [unit, size] = (
    [
      ['MiB', 2 ** 20],
      ['KiB', 2 ** 10],
    ] as const
  ).find(([, divisor]) => bytes > 0 && bytes % divisor === 0) ?? ['B', 1];
  return `${bytes / size}${unit}`;
}

function noUnit(input: unknown, expected: string, unit: string): string {
  if (input === undefined || input === null) return '';
  if (typeof input === 'number') return `${input} has no unit; write ${input}${unit}`;
  return `must be ${expected}`;
}
