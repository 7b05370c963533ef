// Claims on rates and counts at their edges: nothing at all, next to nothing, few requests, bounds, two looks.

import { describe, expect, test } from 'vitest';
import { testOf, valueProblem } from '../../../src/compare/claim-test.ts';
import { judgeClaim } from '../../../src/compare/claims.ts';
import { measureFrom } from '../../../src/compare/comparison.ts';
import { levelsOf, twoLooks } from '../../../src/compare/design.ts';
import { parseExpectation } from '../../../src/compare/expectation.ts';
import { metricOf } from '../../../src/slo/reading.ts';
import { observedRun, processLooks } from '../../support/observed-run.ts';
import { sideOf } from '../../support/simulated-pairs.ts';
import { pairsOf } from '../../support/pairs.ts';
import { repeated } from '../../support/slices.ts';

const claim = (metric: string, expect_: string) => ({
  ...{ id: 'c', says: 'it got better', metric, expect: expect_ },
  ...{ documented: null, because: null },
});
const errors =
  (bad: number, total = 1_000) =>
  () => ({ okMicros: repeated(total - bad, 1_000), wrongMicros: repeated(bad, 1_000) });
const judge = (metric: string, text: string, pairs: ReturnType<typeof pairsOf>, levels = {}) =>
  judgeClaim(claim(metric, text), pairs, { gates: [], invalid: null, ...levels });

describe('nothing on both sides', () => {
  const none = pairsOf(10, errors(0), errors(0));

  test.each(['at least 90% lower', 'at least 2x lower', 'at least 2x higher'])(
    '%s is neither shown nor refuted, and says why',
    (text) => {
      const result = judge('error_rate(query)', text, none);
      expect(result).toMatchObject({ verdict: 'inconclusive', estimate: 0, interval: { low: 0, high: 0 } });
      expect(result.reason).toContain('nothing before and nothing after');
    },
  );

  test('a fall in points did not happen', () => {
    expect(judge('error_rate(query)', 'at least 10 points lower', none).verdict).toBe('refuted');
  });

  test('equal rates on the very edge are not called nothing', () => {
    const result = judge('error_rate(query)', 'at least 2x lower', pairsOf(10, errors(200), errors(100)));
    expect(result.verdict).toBe('inconclusive');
    expect(result.reason).not.toContain('nothing before');
  });
});

describe('what no share can be told of', () => {
  const test50 = (metric: string, text = 'at least 50% lower') => {
    const parsed = parseExpectation(text);
    if (!parsed.ok) throw new Error(text);
    return testOf(parsed.value, metricOf(measureFrom(metric)));
  };
  const sides = (before: number, after: number) => [
    { pair: 1, before: sideOf(0.1, 5), after: sideOf(0.1, 5) },
    { pair: 2, before: sideOf(before, 5), after: sideOf(after, 5) },
  ];

  test('less than nothing before: neither half of it nor 10 % more means anything', () => {
    for (const text of ['at least 50% lower', 'no worse than 10%'])
      expect(valueProblem(test50('memory_growth(target)', text), sides(-0.02, -0.02))).toContain('(pair 2)');
    expect(valueProblem(test50('memory_growth(target)'), sides(0.02, -0.02))).toBeNull();
    expect(
      valueProblem(test50('memory_growth(target)', 'at least 5 points lower'), sides(-0.02, -0.02)),
    ).toBeNull();
  });

  test('two recovery times within one step, or none: a gain is neither shown nor denied', () => {
    const { quantity } = test50('recovery(slow-db)');
    for (const [before, after] of [
      [1e6, 0],
      [0, 0],
      [1e6, 1e6],
    ] as const)
      expect([quantity.least(before, after), quantity.greatest(before, after)]).toEqual([
        -Infinity,
        Infinity,
      ]);
    expect([quantity.least(4e6, 0), quantity.greatest(4e6, 0)]).toEqual([-Infinity, Math.log(0.25)]);
    const { quantity: worse } = test50('recovery(slow-db)', 'no worse than 10%');
    expect([worse.least(0, 0), worse.greatest(0, 0)]).toEqual([0, 0]);
  });

  test('a target that never restarted has not restarted less, and is not refuted either', () => {
    const never = () =>
      observedRun({
        processes: [
          { name: 'target', cores: 2, restarts: 0, points: processLooks(-2, 31, () => ({ cpuShare: 0.1 })) },
        ],
      });
    const pairs = Array.from({ length: 6 }, (_, index) => ({
      pair: index + 1,
      before: never(),
      after: never(),
    }));
    const result = judge('restarts(target)', 'at least 50% lower', pairs);
    expect(result).toMatchObject({ verdict: 'inconclusive' });
    expect(result.reason).toContain('nothing before and nothing after');
    expect(judge('restarts(target)', 'no worse than 10%', pairs).verdict).toBe('confirmed');
  });
});

describe('few requests look exact and are not', () => {
  test.each([
    // 15 % before; nothing in 120 requests after is a rate below 2.5 %, and 90 % lower would be below 1.5 %.
    [3, 20, 0, 20, 'at least 90% lower', 'inconclusive'],
    // In 6,000 it is below 0.05 %.
    [150, 1_000, 0, 1_000, 'at least 90% lower', 'confirmed'],
    // A fall by half is far enough even so.
    [6, 20, 0, 20, 'at least 50% lower', 'confirmed'],
    // 5 % before and after in every run, of 20 requests each: 10 % more cannot be told.
    [1, 20, 1, 20, 'no worse than 10%', 'inconclusive'],
    // Nor can it of 6,000: at least 0.5 points must be told, and they tell 0.8.
    [50, 1_000, 50, 1_000, 'no worse than 10%', 'inconclusive'],
    [500, 1_000, 500, 1_000, 'no worse than 10%', 'confirmed'],
    // Of next to nothing, half a point is enough.
    [1, 1_000, 1, 1_000, 'no worse than 10%', 'confirmed'],
    // Nothing in 120 requests is below 2.5 %: two of them are more than 2 points.
    [0, 20, 0, 20, 'no worse than 2 points', 'inconclusive'],
    [0, 100, 0, 100, 'no worse than 2 points', 'confirmed'],
    // One bad one in each run of 20, where none was: it may be chance.
    [0, 20, 1, 20, 'no worse than 3 points', 'inconclusive'],
    [0, 1_000, 50, 1_000, 'no worse than 3 points', 'refuted'],
  ] as const)('%i of %i before, %i of %i after: %s is %s', (...row) => {
    const [badBefore, before, badAfter, after, text, verdict] = row;
    const pairs = pairsOf(6, errors(badBefore, before), errors(badAfter, after));
    const result = judge('error_rate(query)', text, pairs);
    expect(result.verdict).toBe(verdict);
    if (verdict === 'inconclusive') expect(result.reason).toContain('too few to tell');
  });

  test('a score over requests is one of them', () => {
    const few = () => ({ okMicros: repeated(100, 1_000) });
    const result = judge('apdex(query, 500ms)', 'no worse than 0.5 points', pairsOf(6, few, few));
    expect(result.verdict).toBe('inconclusive');
  });
});

describe('a value below what can be told from none', () => {
  const served = (count: number) => () =>
    count === 0 ? { wrongMicros: repeated(10, 1_000) } : { okMicros: repeated(count, 1_000) };

  test('is a fall of at least so much, and the estimate says so', () => {
    const result = judge('throughput(query)', 'at least 60% lower', pairsOf(6, served(50), served(0)));
    expect(result).toMatchObject({
      verdict: 'confirmed',
      interval: { low: null },
      estimateRange: { low: null },
    });
    expect(result.estimateRange?.high).toBe(result.estimate);
    expect(result.reason).toContain('measured ≤ −');
  });

  test('from none to something is open upward', () => {
    const result = judge('throughput(query)', 'at least 2x higher', pairsOf(6, served(0), served(50)));
    expect(result).toMatchObject({ verdict: 'confirmed', interval: { high: null } });
  });

  test('none before and none after are equal', () => {
    const result = judge('throughput(query)', 'no worse than 10%', pairsOf(6, served(0), served(0)));
    expect(result).toMatchObject({ verdict: 'confirmed', estimate: 0, estimateRange: null });
  });
});

describe('bounds', () => {
  const down = () => ({ okMicros: repeated(50, 1_000), timedOutMicros: repeated(150, 5_000_000) });
  const slow = () => ({ okMicros: repeated(200, 50_000) });

  test('a censored before makes the estimate a bound', () => {
    const result = judge('p95(query)', 'at least 60% lower', pairsOf(6, down, slow));
    expect(result).toMatchObject({
      verdict: 'confirmed',
      beforeMedianAtLeast: true,
      afterMedianAtLeast: false,
    });
    expect(result.estimateRange).toEqual({ low: null, high: result.estimate });
    expect(result.reason).toContain('measured ≤ −99');
  });

  test('one censored run of ten does not make the estimate a bound', () => {
    const result = judge(
      'p95(query)',
      'at least 60% lower',
      pairsOf(10, (index) => (index === 0 ? down() : { okMicros: repeated(200, 500_000) }), slow),
    );
    expect(result).toMatchObject({ verdict: 'confirmed', beforeMedianAtLeast: false, estimateRange: null });
  });

  test('both censored: nothing is known, and nothing is said to be', () => {
    const result = judge('p95(query)', 'no worse than 10%', pairsOf(6, down, down));
    expect(result).toMatchObject({
      ...{ verdict: 'inconclusive', interval: { low: null, high: null } },
      estimateRange: { low: null, high: null },
    });
    expect(result.reason).toContain('measured a change not known');
  });
});

test('a claim is judged at the level of the design', () => {
  // 95 % leaves out 3 of the averages of 8 pairs at each end, 97.06 % only 2.
  const pairs = pairsOf(
    8,
    () => ({ okMicros: repeated(200, 100_000) }),
    (index) => ({ okMicros: repeated(200, 30_000 + 2_000 * index) }),
  );
  const highOf = (levels = {}) => judge('p50(query)', 'at least 60% lower', pairs, levels).interval?.high;
  expect(highOf({ levels: levelsOf(twoLooks(16)) })).toBeGreaterThan(highOf() ?? Infinity);
});
