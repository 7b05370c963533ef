// What the record says of the load that was planned: every key of an entry, so that other loads are not compared.

import { describe, expect, it } from 'vitest';
import { incomparable } from '../../../src/compare/comparable.ts';
import { loadEntryRecord } from '../../../src/run/load-of.ts';
import type { LoadEntry, UsersEntry } from '../../../src/scenario/scenario.ts';
import { pairsOf } from '../../support/pairs.ts';
import { repeated } from '../../support/slices.ts';
import { arrivals, second, users } from '../../support/load-plans.ts';

const paced = { ...users(10, 5), everyMicros: 2 * second } as UsersEntry;

const different: readonly (readonly [string, LoadEntry, LoadEntry])[] = [
  ['rate', arrivals(10, 5), arrivals(11, 5)],
  ['length', arrivals(10, 5), arrivals(10, 6)],
  ['spacing', arrivals(10, 5), arrivals(10, 5, { spacing: 'poisson' })],
  ['places', arrivals(10, 5), arrivals(10, 5, { maxInFlight: 9 })],
  ['limit', arrivals(10, 5), arrivals(10, 5, { onLimit: 'queue' })],
  ['delay', arrivals(10, 5), { ...arrivals(10, 5), delayMicros: second }],
  ['flows', arrivals(10, 5), { ...arrivals(10, 5), flows: ['main', 'other'] }],
  ['users', paced, { ...users(11, 5), everyMicros: 2 * second } as LoadEntry],
  ['pace', paced, { ...paced, everyMicros: second }],
  ['iterations', paced, { ...paced, iterations: { count: 5, per: 'user' } }],
  [
    'scope of iterations',
    { ...paced, iterations: { count: 5, per: 'user' } },
    { ...paced, iterations: { count: 5, per: 'total' } },
  ],
  [
    'model',
    users(10, 5),
    { model: 'saturate', flows: ['main'], delayMicros: 0, connections: 10, forMicros: 5 * second },
  ],
];

describe('the load in the record', () => {
  it.each(different)('tells another %s apart', (_what, one, other) => {
    expect(loadEntryRecord(one)).not.toEqual(loadEntryRecord(other));
    const pairs = pairsOf(
      6,
      () => ({ okMicros: repeated(200, 1_000) }),
      () => ({ okMicros: repeated(200, 1_000) }),
    ).map(({ before, after, ...pair }) => ({
      ...pair,
      before: {
        ...before,
        run: { ...before.run, load: { ...before.run.load, entries: [loadEntryRecord(one)] } },
      },
      after: {
        ...after,
        run: { ...after.run, load: { ...after.run.load, entries: [loadEntryRecord(other)] } },
      },
    }));
    expect(incomparable(pairs).join('\n')).toContain('another load');
  });
});
