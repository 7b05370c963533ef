// Quantities as people write them in a scenario: durations, rates, ramps, users. A bare number is told its unit.

import { z } from 'zod';
import { parseDuration, parseRate } from '../kernel/units.ts';
import { expectedMessage, quoted } from './issue-words.ts';

const isBareNumber = (input: unknown): boolean =>
  typeof input === 'number' || (typeof input === 'string' && /^-?\d+(\.\d+)?$/.test(input.trim()));

interface QuantityKind<Value> {
  /** `a duration such as 300ms` */
  readonly kind: string;
  /** How a bare number may have been meant. */
  readonly hint: (bare: string) => string;
  /** The quantity, or what is wrong. */
  readonly read: (text: string) => Value | string;
  /** For editors; the pattern is no stricter than `read`. */
  readonly pattern: string;
  readonly examples: string[];
}

const noUnit = (bare: string, hint: (bare: string) => string): string =>
  `${bare.trim()} has no unit; write ${hint(bare.trim())}`;

function quantity<Value>({ kind, hint, read, pattern, examples }: QuantityKind<Value>) {
  const wrongType = (input: unknown): string => {
    if (isBareNumber(input)) return noUnit(String(input), hint);
    return input === undefined || input === null ? '' : expectedMessage(kind, input);
  };
  return z
    .string({ error: (issue) => wrongType(issue.input) })
    .meta({ pattern, examples })
    .transform((text, context): Value => {
      const value = isBareNumber(text) ? noUnit(text, hint) : read(text);
      if (typeof value !== 'string') return value;
      context.addIssue({ code: 'custom', message: value });
      return z.NEVER;
    });
}

const duration = {
  kind: 'a duration such as 300ms, 2s or 1m30s',
  hint: (bare: string) => `${bare}s or ${bare}ms`,
  pattern: '^\\s*(\\d+(\\.\\d+)?\\s*(us|µs|ms|min|s|m|h)\\s*)+$',
} as const;

function readDuration(text: string): number | string {
  const micros = parseDuration(text);
  if (micros === undefined || !Number.isSafeInteger(micros)) return `${quoted(text)} is not ${duration.kind}`;
  return micros;
}

const readSpan = (text: string): number | string => {
  const micros = readDuration(text);
  return micros === 0 ? 'must be longer than 0' : micros;
};

/** `300ms`, `1m30s` in integer microseconds; `0s` allowed. */
export const durationInput = quantity({
  ...duration,
  read: readDuration,
  examples: ['300ms', '30s', '1m30s'],
});

/** The same, above zero. */
export const spanInput = quantity({ ...duration, read: readSpan, examples: ['10s', '1m'] });

const readSeconds = (text: string): number | string => {
  const micros = readSpan(text);
  return typeof micros === 'number' && micros % 1_000_000 !== 0
    ? `${quoted(text)} is finer than what is measured: whole seconds`
    : micros;
};

/** The same, in whole seconds: what is stored is one second long. */
export const secondsInput = quantity({ ...duration, read: readSeconds, examples: ['10s', '1m'] });

/** Two ends of `a -> b`, or the same value twice. */
function readRamp<End>(text: string, readEnd: (end: string) => End | undefined): [End, End] | undefined {
  const ends = text.split('->').map((end) => readEnd(end.trim()));
  const [from, to] = ends;
  if (ends.length > 2 || from === undefined) return undefined;
  if (ends.length === 1) return [from, from];
  return to === undefined ? undefined : [from, to];
}

const rateKind = 'a rate such as 50/s, or a ramp such as 5/s -> 40/s';

function readRate(text: string): { fromPerSecond: number; toPerSecond: number } | string {
  const bare = text.split('->').find((end) => isBareNumber(end));
  if (bare !== undefined) return noUnit(bare, (end) => `${end}/s`);
  const ramp = readRamp(text, parseRate);
  if (ramp === undefined || !ramp.every(Number.isFinite)) return `${quoted(text)} is not ${rateKind}`;
  return { fromPerSecond: ramp[0], toPerSecond: ramp[1] };
}

/** `50/s` or `5/s -> 40/s`. */
export const rateInput = quantity({
  kind: rateKind,
  hint: (bare) => `${bare}/s`,
  read: readRate,
  pattern: '/\\s*(s|m|min|h)\\s*$',
  examples: ['50/s', '5/s -> 40/s'],
});

const usersKind = 'a number of users such as 50, or a ramp such as 0 -> 50';

/** `50` or `0 -> 50`: a count, so it has no unit. */
export const usersInput = z
  .union([z.number(), z.string().meta({ examples: ['0 -> 50'] })], {
    error: ({ input }) => (input === undefined || input === null ? '' : expectedMessage(usersKind, input)),
  })
  .transform((input, context): { fromUsers: number; toUsers: number } => {
    const ramp = readRamp(String(input), (end) => (/^\d{1,7}$/.test(end) ? Number(end) : undefined));
    if (ramp !== undefined) return { fromUsers: ramp[0], toUsers: ramp[1] };
    const written = typeof input === 'string' ? quoted(input) : input;
    context.addIssue({ code: 'custom', message: `${written} is not ${usersKind}` });
    return z.NEVER;
  });

const thinkKind = 'a pause such as 1s, or a range such as 200ms..800ms';

function readThink(text: string): { minMicros: number; maxMicros: number } | string {
  const ends = text.split('..').map((end) => end.trim());
  const bare = ends.find((end) => isBareNumber(end));
  if (bare !== undefined) return noUnit(bare, duration.hint);
  const [min, max = min] = ends.map((end) => parseDuration(end));
  if (ends.length > 2 || min === undefined || max === undefined) return `${quoted(text)} is not ${thinkKind}`;
  return min > max ? `the range ${quoted(text)} runs backwards` : { minMicros: min, maxMicros: max };
}

/** `1s` or `200ms..800ms`. */
export const thinkInput = quantity({
  kind: thinkKind,
  hint: duration.hint,
  read: readThink,
  pattern: '(us|µs|ms|s|m|min|h)\\s*$',
  examples: ['1s', '200ms..800ms'],
});

interface Turns {
  readonly times: number | null;
  readonly forMicros: number | null;
  readonly everyMicros: number | null;
}

const repeatKind =
  'a number of turns such as `20 times`, or a time such as `for 10s`, either with `every 500ms`';

function readRepeat(text: string): Turns | string {
  const match = /^(?:(\d{1,7}) times?|for (.+?))(?: every (.+))?$/.exec(text.trim());
  if (match === null) return `${quoted(text)} is not ${repeatKind}`;
  const [, times, span, every] = match;
  if (times !== undefined && Number(times) === 0) return 'must be repeated at least 1 time';
  const [forMicros, everyMicros] = [span, every].map((part): number | string | null => {
    if (part === undefined) return null;
    return isBareNumber(part) ? noUnit(part, duration.hint) : readSpan(part);
  });
  if (typeof forMicros === 'string') return forMicros;
  if (typeof everyMicros === 'string') return everyMicros;
  const turns = { forMicros: forMicros ?? null, everyMicros: everyMicros ?? null };
  if (times !== undefined) return { times: Number(times), ...turns };
  if (turns.forMicros === null || turns.everyMicros === null) return { times: null, ...turns };
  // On a grid, the turns that begin within a time are a number of turns.
  const count = Math.ceil(turns.forMicros / turns.everyMicros);
  return { times: count, forMicros: null, everyMicros: turns.everyMicros };
}

/** `5 times`, `20 times every 500ms`, `for 10s` or `for 10s every 1s`. */
export const repeatInput = quantity({
  kind: repeatKind,
  hint: (bare) => `${bare} times`,
  read: readRepeat,
  pattern: '^\\s*(\\d+ times?|for .+?)( every .+)?$',
  examples: ['5 times', '20 times every 500ms', 'for 10s', 'for 10s every 1s'],
});

const timesKind = 'a number of turns such as `20 times`';

/** `20 times`. */
export const timesInput = quantity({
  kind: timesKind,
  hint: (bare) => `${bare} times`,
  read: (text): number | string => {
    const [, times] = /^(\d{1,7}) times?$/.exec(text.trim()) ?? [];
    if (times === undefined) return `${quoted(text)} is not ${timesKind}`;
    return Number(times) === 0 ? 'must be at least 1 time' : Number(times);
  },
  pattern: '^\\s*\\d+ times?\\s*$',
  examples: ['20 times'],
});
