// How many pairs there are and when they are judged, from flags; what contradicts itself is refused.

import { expect, test } from 'vitest';
import { coolDown, designOf, type PairFlags } from '../../../src/cli/verify-flags.ts';
import { describePairs } from '../../../src/cli/dry-run-pairs.ts';
import { fixedDesign, twoLooks } from '../../../src/compare/design.ts';

test.each<[PairFlags, unknown]>([
  [{}, { kind: 'fixed', looks: [10] }],
  [{ pairs: 6 }, { kind: 'fixed', looks: [6] }],
  [{ quick: true }, { kind: 'fixed', looks: [6] }],
  [{ maxPairs: 16 }, { kind: 'looks', looks: [8, 16] }],
  [{ maxPairs: 14 }, { kind: 'looks', looks: [7, 14] }],
])('%j', (flags, design) => {
  expect(designOf(flags)).toEqual(design);
});

test.each<[PairFlags, RegExp]>([
  [{ pairs: 5 }, /5 pairs cannot show anything.*at least 6/],
  [{ pairs: 1_001 }, /more than the 1000 allowed/],
  [{ maxPairs: 1_002 }, /more than the 1000 allowed/],
  // 6 pairs that all point one way have p = 3.1 %, and each of two looks asks for 2.94 %.
  [{ maxPairs: 12 }, /half of them.*at least 7.*from 14/],
  [{ maxPairs: 15 }, /a whole number/],
  [{ maxPairs: 16, quick: true }, /^--quick and --max-pairs exclude each other$/],
  [{ maxPairs: 16, pairs: 10 }, /^--pairs and --max-pairs exclude/],
  [{ pairs: 10, quick: true }, /^--pairs and --quick exclude/],
])('%j is refused with the reason', (flags, reason) => {
  expect(designOf(flags)).toMatch(reason);
});

test('a pause between runs is a duration, none at all included', () => {
  expect(coolDown('2s')).toBe(2_000_000);
  expect(coolDown('0s')).toBe(0);
  for (const text of ['2', '-1s', 'soon', '2h']) expect(() => coolDown(text)).toThrow(text);
});

test('a dry run tells how many pairs in which order, when they are judged, and how long that takes', () => {
  const plan = { seed: 42, durationMicros: 30_000_000, coolDownMicros: 1_000_000 };
  const [make, order, judge, take] = describePairs({ ...plan, design: fixedDesign(6) });
  expect(make).toBe('would make: 6 pairs of runs of 30s, a pause of 1s between two runs');
  expect(order).toMatch(/^in this order \(A = before, B = after; seed 42\): (AB|BA)( (AB|BA)){5}$/);
  expect(order?.match(/AB/g)).toHaveLength(3);
  expect(judge).toBe('would judge: after 6 pairs, at the 95% level');
  // 12 runs of 30 s and 11 pauses of 1 s
  expect(take).toMatch(/^would take: about 6m11s, besides starts/);
  const looks = describePairs({ ...plan, coolDownMicros: 0, design: twoLooks(16) });
  expect(looks[0]).toBe('would make: at most 16 pairs of runs of 30s, no pause between two runs');
  expect(looks[2]).toBe('would judge: after 8 and 16 pairs, at the 97.06% level');
  expect(looks[3]).toMatch(/^would take: at most about 16m00s/);
});
