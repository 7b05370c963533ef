// When a single run is suspected: outside of where earlier runs of its level lie, and only where enough is known.

import { describe, expect, test } from 'vitest';
import type { HistoryEntry, HistoryValue } from '../../../src/record/history-schema.ts';
import { suspicionOf } from '../../../src/run/suspicion.ts';
import { createRandom, type Random } from '../../../src/kernel/random.ts';
import { entryOf, type EntrySketch } from '../../support/history.ts';

const series = (values: readonly number[], primaryValue: Partial<HistoryValue> = {}): HistoryEntry[] =>
  values.map((value, index) => entryOf({ id: `run-${index}`, day: index + 1, value, primaryValue }));

const now = (value: number | null, more: Partial<EntrySketch> = {}): HistoryEntry =>
  entryOf({ id: 'now', day: 400, value, ...more });

/** About 100 ms, spread by some per cent. */
const around = [98, 103, 100, 97, 102, 101, 99, 104, 96, 100, 102, 98].map((ms) => ms * 1_000);

const outcome = (value: number, earlier: readonly HistoryEntry[], more: Partial<EntrySketch> = {}) =>
  suspicionOf(now(value, more), earlier)?.outcome;

describe('a run beside its history', () => {
  test('is as before inside the interval, and suspected outside of it', () => {
    const earlier = series(around);
    expect(outcome(100_000, earlier)).toBe('as before');
    expect(outcome(150_000, earlier)).toBe('suspected worse');
    expect(outcome(60_000, earlier)).toBe('suspected better');
  });

  test('more is better where the metric says so', () => {
    const better = { better: 'higher' } as const;
    const earlier = series(around, better);
    expect(outcome(150_000, earlier, { primaryValue: better })).toBe('suspected better');
    expect(outcome(60_000, earlier, { primaryValue: better })).toBe('suspected worse');
  });

  test('has the interval of 99 % on the log scale, in the unit of the metric', () => {
    // R: x <- log(c(50,80,120,200,90,60,150,110,70,100)*1000); exp(mean(x)+c(-1,1)*qt(.995,9)*sd(x)*sqrt(1.1))
    const wide = [50, 80, 120, 200, 90, 60, 150, 110, 70, 100].map((ms) => ms * 1_000);
    const logs = wide.map(Math.log);
    const mean = logs.reduce((sum, one) => sum + one, 0) / 10;
    const deviation = Math.sqrt(logs.reduce((sum, one) => sum + (one - mean) ** 2, 0) / 9);
    const reach = 3.249835541592 * deviation * Math.sqrt(1.1);
    const { interval, runs } = suspicionOf(now(100_000), series(wide))!;
    expect(runs).toBe(10);
    expect(interval?.low).toBeCloseTo(Math.exp(mean - reach), 3);
    expect(interval?.high).toBeCloseTo(Math.exp(mean + reach), 3);
  });

  test('runs that are all alike leave the tolerance as room: 10 %, and 1 ms of what is fast', () => {
    const alike = series(Array.from({ length: 12 }, () => 100_000));
    expect(outcome(109_900, alike)).toBe('as before');
    expect(outcome(110_100, alike)).toBe('suspected worse');
    expect(outcome(90_100, alike)).toBe('as before');
    expect(outcome(89_900, alike)).toBe('suspected better');
    const fast = series(Array.from({ length: 12 }, () => 2_000));
    expect(outcome(2_990, fast)).toBe('as before');
    expect(outcome(3_010, fast)).toBe('suspected worse');
  });

  test('rates are held in points: no error ever, then one in two hundred is inside, one in fifty is not', () => {
    const rate = { unit: 'share', scale: 'points', tolerance: 0.005, metric: 'p95(query)' } as const;
    const earlier = series(
      Array.from({ length: 12 }, () => 0),
      rate,
    );
    expect(outcome(0.0049, earlier, { primaryValue: rate })).toBe('as before');
    expect(outcome(0.02, earlier, { primaryValue: rate })).toBe('suspected worse');
    expect(suspicionOf(now(0, { primaryValue: rate }), earlier)?.interval).toEqual({ low: 0, high: 0.005 });
  });

  test('a zero of a duration counts as the smallest that can be told from none', () => {
    const recovery = { resolution: 1_000_000 };
    const earlier = series(
      Array.from({ length: 12 }, () => 0),
      recovery,
    );
    expect(outcome(0, earlier, { primaryValue: recovery })).toBe('as before');
    expect(outcome(30_000_000, earlier, { primaryValue: recovery })).toBe('suspected worse');
  });
});

test('a zero of what has no smallest value has no ratio: not judged, in this run or an earlier one', () => {
  const primaryValue = { resolution: 0 };
  const earlier = series(around, primaryValue);
  const withZero = [...earlier, ...series([0], primaryValue)];
  for (const [value, before] of [
    [0, earlier],
    [100_000, withZero],
  ] as const) {
    const found = suspicionOf(now(value, { primaryValue }), before);
    expect([found?.outcome, found?.reason]).toEqual(['not judged', expect.stringContaining('have no ratio')]);
  }
});

test('of whole counts one more is more: none has a step but times', () => {
  const lost = { metric: 'connections_lost(query)', unit: 'count', resolution: 0.5 } as const;
  const primaryValue = { ...lost, metric: lost.metric };
  const of = (count: number, earlier: number) =>
    suspicionOf(
      now(count, { primary: lost.metric, primaryValue }),
      series(
        Array.from({ length: 12 }, () => earlier),
        primaryValue,
      ).map((entry) => ({ ...entry, primary: lost.metric })),
    )?.outcome;
  expect([of(0, 0), of(1, 0), of(1, 1), of(2, 1), of(3, 2)]).toEqual([
    ...['as before', 'suspected worse', 'as before', 'suspected worse', 'suspected worse'],
  ]);
});

describe('a lower bound', () => {
  const earlier = series(around);
  test('above the interval is worse, whatever it really is', () => {
    const found = suspicionOf(now(30_000_000, { primaryValue: { atLeast: true } }), earlier)!;
    expect(found.outcome).toBe('suspected worse');
    expect(found.reason).toContain('≥ 30s');
  });

  test('inside or below decides nothing, and is never better', () => {
    for (const value of [100_000, 50_000])
      expect(outcome(value, earlier, { primaryValue: { atLeast: true } })).toBe('not judged');
  });
});

describe('what is not judged', () => {
  test('says how many runs there are', () => {
    const few = suspicionOf(now(1_000_000), series(around.slice(0, 9)))!;
    expect(few).toMatchObject({ outcome: 'not judged', interval: null, runs: 9 });
    expect(few.reason).toBe('9 comparable runs in the history, 10 are needed');
    expect(suspicionOf(now(1), series([1]))?.reason).toContain('1 comparable run in');
  });

  test('unfit runs and those without a value do not count', () => {
    const unfit = around.map((value, index) =>
      entryOf({ id: `unfit-${index}`, value, unfit: 'it was interrupted' }),
    );
    const without = around.map((_, index) => entryOf({ id: `without-${index}`, value: null }));
    expect(suspicionOf(now(1_000_000), [...unfit, ...without, ...series(around.slice(0, 9))])).toMatchObject({
      ...{ outcome: 'not judged', runs: 9 },
    });
  });

  test('an unfit run is none to compare, and one without a value says why', () => {
    const unfit = suspicionOf(now(1_000_000, { unfit: 'the generator was saturated' }), series(around))!;
    expect(unfit).toMatchObject({ outcome: 'not judged' });
    expect(unfit.reason).toContain('the generator was saturated');
    const none = suspicionOf(now(null, { primaryValue: { why: 'too few samples' } }), series(around));
    expect(none).toMatchObject({ outcome: 'not judged', reason: 'too few samples' });
  });

  test('where logarithms are taken, what is not above zero is neither better nor worse', () => {
    const below = Array.from({ length: 20 }, (_, index) => -50_000 - index);
    for (const value of [-50_000, -10_000, 10_000]) {
      const found = suspicionOf(now(value), series(below))!;
      expect(found).toMatchObject({ outcome: 'not judged', interval: null });
      expect(found.reason).toContain('not above zero');
    }
    expect(outcome(-1, series(around))).toBe('not judged');
    expect(outcome(100_000, series([...around, -1]))).toBe('not judged');
  });

  test('earlier values of another metric or unit do not count', () => {
    const others = series(around).map((entry) => ({ ...entry, primary: 'p50(query)' }));
    const renamed = others.map((entry) => ({
      ...entry,
      values: entry.values.map((value) => ({ ...value, metric: 'p50(query)' })),
    }));
    expect(suspicionOf(now(100_000), renamed)?.runs).toBe(0);
    expect(suspicionOf(now(100_000), series(around, { unit: 'bytes' }))?.runs).toBe(0);
    expect(suspicionOf(now(100_000), others)?.outcome).toBe('as before');
  });

  test('without a direction outside is no verdict', () => {
    const neither = { better: null };
    expect(outcome(1_000_000, series(around, neither), { primaryValue: neither })).toBe('not judged');
  });

  test('without a primary metric there is nothing to be suspicious of', () => {
    expect(suspicionOf(now(1, { primary: null }), series(around))).toBeNull();
  });
});

const normal = (random: Random): number =>
  Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());

describe('over many histories', () => {
  /** 0.15 on the log scale: the interval is wider than the tolerance, so it alone decides. */
  const logNormal = (random: Random): number => 100_000 * Math.exp(0.15 * normal(random));

  test('of unchanged services no more than 1 % are suspected, by the binomial bound', () => {
    const random = createRandom(7);
    const cases = 3_000;
    let suspected = 0;
    for (let one = 0; one < cases; one += 1) {
      const earlier = series(Array.from({ length: 12 }, () => logNormal(random)));
      if (outcome(logNormal(random), earlier) !== 'as before') suspected += 1;
    }
    // 30 expected; P(more than 46) < 0.3 %, and P(fewer than 15) < 0.3 %.
    expect(suspected).toBeGreaterThanOrEqual(15);
    expect(suspected).toBeLessThanOrEqual(46);
  });

  test('twice as slow is found in nearly all of them', () => {
    const random = createRandom(11);
    let found = 0;
    for (let one = 0; one < 500; one += 1) {
      const earlier = series(Array.from({ length: 12 }, () => logNormal(random)));
      if (outcome(2 * logNormal(random), earlier) === 'suspected worse') found += 1;
    }
    expect(found).toBeGreaterThan(400);
  });
});

describe('after its level changed for good', () => {
  const random = createRandom(3);
  const level = (ms: number, runs: number): number[] =>
    Array.from({ length: runs }, () => ms * 1_000 * Math.exp(0.03 * normal(random)));

  test('only runs of the new level say what is expected', () => {
    const earlier = series([...level(100, 30), ...level(200, 12)]);
    const found = suspicionOf(now(200_000), earlier)!;
    expect(found.outcome).toBe('as before');
    expect(found.runs).toBeLessThanOrEqual(13);
    expect(outcome(100_000, earlier)).toBe('suspected better');
    expect(outcome(270_000, earlier)).toBe('suspected worse');
  });

  test('a level that is still young judges nothing', () => {
    const found = suspicionOf(now(200_000), series([...level(100, 30), ...level(200, 7)]))!;
    expect(found).toMatchObject({ outcome: 'not judged' });
    expect(found.reason).toContain('since its level changed with run-30');
  });

  test('of a long level the last 20 count', () => {
    expect(suspicionOf(now(100_000), series(level(100, 40)))?.runs).toBe(20);
  });
});
