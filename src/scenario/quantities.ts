// Quantities as people write them in a scenario: durations, rates, ramps, users. A bare number is told its unit.

import { z } from 'zod';
import { parseDuration, parseRate } from '../kernel/units.ts';
import { expectedMessage, quoted } from './issue-words.ts';

const isBareNumber = (input: unknown): boolean =>
  typeof input === 'number' || (typeof input === 'string' && /^-?\d+(\.\d+)?$/.test(input.trim()));

/** Text read by `read`, which answers with the quantity or with what is wrong. `hint` says how a bare number is meant. */
function quantity<Value>(
  kind: string,
  hint: (bare: string) => string,
  read: (text: string) => Value | string,
) {
  const withoutUnit = (input: unknown): string =>
    `${String(input)} has no unit; write ${hint(String(input))}`;
  const wrongType = (input: unknown): string =>
    isBareNumber(input)
      ? withoutUnit(input)
      : input === undefined || input === null
        ? ''
        : expectedMessage(kind, input);
  return z.string({ error: (issue) => wrongType(issue.input) }).transform((text, context): Value => {
    const value = isBareNumber(text) ? withoutUnit(text.trim()) : read(text);
    if (typeof value !== 'string') return value;
    context.addIssue({ code: 'custom', message: value });
    return z.NEVER;
  });
}

const durationKind = 'a duration such as 300ms, 2s or 1m30s';

const durationHint = (bare: string): string => `${bare}s or ${bare}ms`;

function readDuration(text: string): number | string {
  const micros = parseDuration(text);
  if (micros === undefined || !Number.isSafeInteger(micros)) return `${quoted(text)} is not ${durationKind}`;
  return micros;
}

/** `300ms`, `1m30s` in integer microseconds; `0s` allowed. */
export const durationInput = quantity(durationKind, durationHint, readDuration).meta({
  examples: ['300ms', '30s', '1m30s'],
});

/** The same, above zero. */
export const spanInput = quantity(durationKind, durationHint, (text) => {
  const micros = readDuration(text);
  return micros === 0 ? 'must be longer than 0' : micros;
}).meta({ examples: ['10s', '1m'] });

/** Two ends of `a -> b`, or the same value twice. */
function readRamp<End>(text: string, readEnd: (end: string) => End | undefined): [End, End] | undefined {
  const ends = text.split('->').map((end) => readEnd(end.trim()));
  const [from, to] = ends;
  if (ends.length > 2 || from === undefined) return undefined;
  if (ends.length === 1) return [from, from];
  return to === undefined ? undefined : [from, to];
}

const rateKind = 'a rate such as 50/s, or a ramp such as 5/s -> 40/s';

function readRateRamp(text: string): { fromPerSecond: number; toPerSecond: number } | string {
  const bare = text.split('->').find((end) => isBareNumber(end));
  if (bare !== undefined) return `${bare.trim()} has no unit; write ${bare.trim()}/s`;
  const ramp = readRamp(text, parseRate);
  if (ramp === undefined || !ramp.every(Number.isFinite)) return `${quoted(text)} is not ${rateKind}`;
  return { fromPerSecond: ramp[0], toPerSecond: ramp[1] };
}

/** `50/s` or `5/s -> 40/s`. */
export const rateInput = quantity(rateKind, (bare) => `${bare}/s`, readRateRamp).meta({
  examples: ['50/s', '5/s -> 40/s'],
});

const usersKind = 'a number of users such as 50, or a ramp such as 0 -> 50';

function readUsers(input: string | number): { fromUsers: number; toUsers: number } | string {
  const ramp = readRamp(String(input), (end) => (/^\d{1,7}$/.test(end) ? Number(end) : undefined));
  if (ramp === undefined) return `${typeof input === 'string' ? quoted(input) : input} is not ${usersKind}`;
  return { fromUsers: ramp[0], toUsers: ramp[1] };
}

/** `50` or `0 -> 50`: a count, so it has no unit. */
export const usersInput = z
  .union([z.number(), z.string()], {
    error: (issue) => (issue.input == null ? '' : expectedMessage(usersKind, issue.input)),
  })
  .transform((input, context) => {
    const value = readUsers(input);
    if (typeof value !== 'string') return value;
    context.addIssue({ code: 'custom', message: value });
    return z.NEVER;
  })
  .meta({ examples: [50, '0 -> 50'] });

const thinkKind = 'a pause such as 1s, or a range such as 200ms..800ms';

/** `1s` or `200ms..800ms`. */
export const thinkInput = quantity(thinkKind, durationHint, (text) => {
  const ends = text.split('..').map((end) => end.trim());
  const bare = ends.find((end) => isBareNumber(end));
  if (bare !== undefined) return `${bare} has no unit; write ${durationHint(bare)}`;
  const [min, max = min] = ends.map((end) => parseDuration(end));
  if (ends.length > 2 || min === undefined || max === undefined) return `${quoted(text)} is not ${thinkKind}`;
  if (min > max) return `the range ${quoted(text)} runs backwards`;
  return { minMicros: min as number, maxMicros: max as number };
}).meta({ examples: ['1s', '200ms..800ms'] });

const repeatKind = 'a number of turns such as `20 times` or `20 times every 500ms`';

/** `5 times` or `20 times every 500ms`. */
export const repeatInput = quantity(
  repeatKind,
  (bare) => `${bare} times`,
  (text) => {
    const match = /^(\d{1,7}) times?(?: every (.+))?$/.exec(text.trim());
    if (match === null) return `${quoted(text)} is not ${repeatKind}`;
    const [, times = '', every] = match;
    if (Number(times) === 0) return 'must be repeated at least 1 time';
    if (every === undefined) return { times: Number(times), everyMicros: null };
    if (isBareNumber(every)) return `${every} has no unit; write ${durationHint(every)}`;
    const everyMicros = readDuration(every);
    if (typeof everyMicros === 'string') return everyMicros;
    return everyMicros === 0 ? 'must be longer than 0' : { times: Number(times), everyMicros };
  },
).meta({ examples: ['5 times', '20 times every 500ms'] });
