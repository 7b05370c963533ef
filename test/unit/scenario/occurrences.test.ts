// A fault that repeats comes to so many injections, each at its time, none of them beyond the load.

import { expect, test } from 'vitest';
import { occurrenceName } from '../../../src/record/fault-name.ts';
import { occurrencesOf } from '../../../src/scenario/occurrences.ts';
import type { ScheduledFault } from '../../../src/scenario/scenario.ts';
import { slowDb } from '../../support/watched-runs.ts';

const second = 1_000_000;

const moments = (fault: ScheduledFault, seconds: number): string[] =>
  occurrencesOf({ chaos: [fault], durationMicros: seconds * second }).map(
    (one) => `${occurrenceName(one)} at ${one.atMicros / second}`,
  );

test('without `times` it repeats as long as a whole one fits', () => {
  const fault = { ...slowDb(10, 2), repeat: { everyMicros: 10 * second, times: null } };
  expect(moments(fault, 42)).toEqual([
    'slow-db #1 at 10',
    'slow-db #2 at 20',
    'slow-db #3 at 30',
    'slow-db #4 at 40',
  ]);
  expect(moments(fault, 41.9)).toHaveLength(3);
});

test('with `times` it is so many, and numbered even if it is one', () => {
  const repeat = { everyMicros: 5 * second, times: 1 };
  expect(moments({ ...slowDb(10, 2), repeat }, 60)).toEqual(['slow-db #1 at 10']);
  expect(moments({ ...slowDb(10, 2), repeat: { ...repeat, times: 3 } }, 60)).toHaveLength(3);
});

test('a fault that does not repeat is itself', () => {
  const fault = slowDb(10, 2);
  expect(occurrencesOf({ chaos: [fault], durationMicros: 60 * second })).toEqual([fault]);
  expect(occurrenceName(fault)).toBe('slow-db');
});
