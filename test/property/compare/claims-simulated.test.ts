// Claims whose truth is known: one that is exactly at its edge is confirmed, or refuted, no more often than it says.

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createRandom, deriveSeed } from '../../../src/kernel/random.ts';
import { pairOrder } from '../../../src/run/pair-order.ts';
import { pairsOf } from '../../support/pairs.ts';
import { claimed, countedPairs } from '../../support/simulated-claims.ts';
import {
  heavyTailed,
  normal,
  slowing,
  steadyMachine,
  withOutliers,
} from '../../support/simulated-machine.ts';
import type { Machine } from '../../support/simulated-machine.ts';
import { binomial, countOf, mostByChance } from '../../support/simulated-pairs.ts';
import { repeated } from '../../support/slices.ts';

const cases = 500;
/** Of either side. */
const stated = 0.025;
const mostAtTheEdge = mostByChance(cases, stated);

/** Ratios: good answers per second, `change` on the log scale between the variants of a machine that is never quiet. */
function throughputs(machine: Machine, pairs: number, change: number, seed: number) {
  const order = pairOrder([pairs], seed);
  const noise = machine.noise(createRandom(seed), 2 * pairs);
  const counted = (role: 'before' | 'after', shift: number) => (index: number) => {
    const position = 2 * index + (order[index] === role ? 0 : 1);
    const good = Math.round(1_000_000 * Math.exp(shift - (noise[position] ?? Number.NaN)));
    return { offered: good, ok: good };
  };
  return countedPairs(pairs, counted('before', 0), counted('after', change));
}

function rates(requests: number, shares: { before: number; after: number }, pairs: number, seed: number) {
  const random = createRandom(deriveSeed(seed, 'errors'));
  const counted = (share: number) => () => ({
    offered: requests,
    ok: requests - binomial(random, requests, share),
  });
  return countedPairs(pairs, counted(shares.before), counted(shares.after));
}

describe.each([6, 10])('%i pairs', (pairs) => {
  test.each([steadyMachine, heavyTailed, withOutliers, slowing])(
    '$name: exactly twice the throughput is neither `at least 2x` nor less',
    (machine) => {
      const count = { confirmed: 0, refuted: 0, inconclusive: 0, invalid: 0 };
      for (let seed = 0; seed < cases; seed += 1) {
        const runs = throughputs(machine, pairs, Math.log(2), deriveSeed(seed, `2x ${pairs}`));
        count[claimed('throughput(query)', 'at least 2x higher', runs)] += 1;
      }
      expect(count.confirmed).toBeLessThanOrEqual(mostAtTheEdge);
      expect(count.refuted).toBeLessThanOrEqual(mostAtTheEdge);
      expect(count.invalid).toBe(0);
    },
  );

  test.each([
    [168, 'at least 90% lower', 0.15, 0.015],
    [1_000, 'at least 90% lower', 0.15, 0.015],
    [200, 'at least 50% lower', 0.01, 0.005],
    [1_000, 'at least 50% lower', 0.01, 0.005],
    [168, 'at least 10 points lower', 0.15, 0.05],
    [1_000, 'at least 2x lower', 0.5, 0.25],
    [1_000, 'no worse than 1 point', 0.02, 0.03],
    [200, 'no worse than 0.5 points', 0, 0.005],
    [100, 'no worse than 0.5 points', 0.005, 0.01],
    [1_000, 'no worse than 10%', 0.2, 0.22],
  ] as const)(
    '%i requests a run, %s: errors from %d to %d are at the edge',
    (requests, text, before, after) => {
      const count = { confirmed: 0, refuted: 0, inconclusive: 0, invalid: 0 };
      for (let seed = 0; seed < cases; seed += 1) {
        const runs = rates(requests, { before, after }, pairs, deriveSeed(seed, `${text} ${pairs}`));
        count[claimed('error_rate(query)', text, runs)] += 1;
      }
      expect(count.confirmed).toBeLessThanOrEqual(mostAtTheEdge);
      expect(count.refuted).toBeLessThanOrEqual(mostAtTheEdge);
      expect(count.invalid).toBe(0);
    },
  );
});

test.each([
  [40, 16, 'no worse than 1 points', 0, 0.01],
  [20, 31, 'no worse than 2 points', 0, 0.02],
  [40, 50, 'no worse than 2 points', 0.01, 0.03],
  [40, 50, 'at least 90% lower', 0.06, 0.006],
  [40, 16, 'no worse than 50%', 0.01, 0.015],
  [20, 31, 'no worse than 50%', 0.06, 0.09],
  [16, 50, 'no worse than 10%', 0.05, 0.055],
  // Less than half a point does not matter: that, and not 10 % of nothing, is the edge here.
  [16, 39, 'no worse than 10%', 0, 0.005],
  [20, 31, 'no worse than 10%', 0, 0.005],
  [40, 16, 'no worse than 10%', 0, 0.005],
] as const)(
  '%i pairs of %i requests, %s: errors from %d to %d, so few that most runs have none, are at the edge',
  (pairs, requests, text, before, after) => {
    const count = { confirmed: 0, refuted: 0, inconclusive: 0, invalid: 0 };
    for (let seed = 0; seed < cases; seed += 1) {
      const runs = rates(requests, { before, after }, pairs, deriveSeed(seed, `${text} ${pairs} few`));
      count[claimed('error_rate(query)', text, runs)] += 1;
    }
    expect(count.confirmed).toBeLessThanOrEqual(mostAtTheEdge);
    expect(count.refuted).toBeLessThanOrEqual(mostAtTheEdge);
    expect(count.invalid).toBe(0);
  },
);

test.each([
  ['at least 90% lower', 0.15, 0.003, 'confirmed'],
  ['at least 90% lower', 0.15, 0.06, 'refuted'],
  ['at least 10 points lower', 0.15, 0.01, 'confirmed'],
  ['no worse than 2 points', 0.02, 0.02, 'confirmed'],
  ['no worse than 1 point', 0.02, 0.06, 'refuted'],
] as const)(
  'ten pairs of 500 requests, %s: errors from %d to %d are told, and rightly',
  (text, before, after, right) => {
    const told = countOf(100, `${text} ${after}`, (seed) => {
      const verdict = claimed('error_rate(query)', text, rates(500, { before, after }, 10, seed));
      expect([right, 'inconclusive']).toContain(verdict);
      return verdict === right;
    });
    expect(told).toBeGreaterThanOrEqual(80);
  },
);

describe('bounds instead of values', () => {
  const limitMicros = 5_000_000;
  const edgeCases = 100;

  /** One run whose p50 is `micros`, or unknown from the timeout on. */
  const content = (micros: number) =>
    micros < limitMicros
      ? { okMicros: repeated(20, micros) }
      : { okMicros: repeated(5, 1_000_000), timedOutMicros: repeated(15, limitMicros) };

  function latencies(before: number, after: number, seed: number) {
    const random = createRandom(deriveSeed(seed, 'bounds'));
    const off = () => Math.exp(0.1 * normal(random));
    return pairsOf(
      8,
      () => content(before * off()),
      () => content(after * off()),
    );
  }

  test.each([
    ['before', 'at least 60% lower', limitMicros, 0.4 * limitMicros],
    ['nearly always before', 'at least 60% lower', 1.1 * limitMicros, 0.44 * limitMicros],
    ['after', 'no worse than 10%', limitMicros / 1.1, limitMicros],
    ['after, where less was expected', 'at least 2x higher', limitMicros / 2, limitMicros],
    ['on both sides', 'no worse than 10%', 1.2 * limitMicros, 1.32 * limitMicros],
  ])('censored %s: a change that is %s and not more is not told from less', (_where, text, before, after) => {
    const count = { confirmed: 0, refuted: 0, inconclusive: 0, invalid: 0 };
    for (let seed = 0; seed < edgeCases; seed += 1)
      count[claimed('p50(query)', text, latencies(before, after, seed))] += 1;
    expect(count.confirmed).toBeLessThanOrEqual(mostByChance(edgeCases, stated));
    expect(count.refuted).toBeLessThanOrEqual(mostByChance(edgeCases, stated));
    expect(count.invalid).toBe(0);
  });

  test('they can only confirm what lies beyond them, and never refute it', () => {
    const verdict = (text: string, before: number, after: number) =>
      claimed('p50(query)', text, latencies(before, after, 1));
    expect(verdict('at least 60% lower', 3 * limitMicros, 0.1 * limitMicros)).toBe('confirmed');
    expect(verdict('at least 60% lower', 3 * limitMicros, 0.8 * limitMicros)).toBe('inconclusive');
    expect(verdict('at least 60% lower', 0.1 * limitMicros, 3 * limitMicros)).toBe('refuted');
    expect(verdict('at least 60% lower', 3 * limitMicros, 3 * limitMicros)).toBe('inconclusive');
  });
});

describe('too little to tell', () => {
  const none = (requests: number, pairs: number) => rates(requests, { before: 0, after: 0 }, pairs, 1);
  const few = fc.integer({ min: 1, max: 400 });
  const some = fc.integer({ min: 6, max: 20 });

  test('of no errors before and none after, no share is confirmed or refuted', () => {
    fc.assert(
      fc.property(few, some, fc.integer({ min: 1, max: 99 }), (requests, pairs, share) => {
        const verdict = claimed('error_rate(query)', `at least ${share}% lower`, none(requests, pairs));
        expect(verdict).toBe('inconclusive');
      }),
      { numRuns: 50 },
    );
  });

  test('nor is a fall in points confirmed', () => {
    fc.assert(
      fc.property(few, some, fc.integer({ min: 1, max: 50 }), (requests, pairs, points) => {
        const verdict = claimed(
          'error_rate(query)',
          `at least ${points} points lower`,
          none(requests, pairs),
        );
        expect(['inconclusive', 'refuted']).toContain(verdict);
      }),
      { numRuns: 50 },
    );
  });

  test('no worse than half a point takes more than 600 requests on each side', () => {
    const verdict = (requests: number) =>
      claimed('error_rate(query)', 'no worse than 0.5 points', none(requests, 10));
    expect(verdict(60)).toBe('inconclusive');
    expect(verdict(1_000)).toBe('confirmed');
  });

  test('a percentile of too few requests is invalid, in one run as in all', () => {
    const requests = (count: number) => ({ okMicros: repeated(count, 50_000) });
    const judged = (first: number) =>
      claimed(
        'p95(query)',
        'no worse than 10%',
        pairsOf(
          6,
          (index) => requests(index === 0 ? first : 200),
          () => requests(200),
        ),
      );
    expect(judged(199)).toBe('invalid');
    expect(judged(200)).toBe('confirmed');
  });

  test('five pairs are invalid, however clear they are', () => {
    expect(
      claimed('error_rate(query)', 'at least 90% lower', rates(500, { before: 0.5, after: 0 }, 5, 1)),
    ).toBe('invalid');
  });
});
