// Good answers that are missing, and budgets, where seconds are cut: at the edges of another fault, and at the warm-up.

import { expect, test } from 'vitest';
import type { Slice } from '../../../src/measure/slice.ts';
import { gatesOf } from '../../../src/slo/gates.ts';
import { deficitOf } from '../../../src/slo/goodput.ts';
import { impactOf } from '../../../src/slo/impact.ts';
import { repeated, sliceOf } from '../../support/slices.ts';
import { faultIn, second, slicesAt } from '../../support/timelines.ts';

const ratePerSecond = 50;

/** Stored from each of the edges on, second by second; bad where `isBad`. */
function storedFrom(edges: readonly number[], isBad: (fromMicros: number) => boolean): Slice[] {
  const slices: Slice[] = [];
  for (const [index, edge] of edges.slice(0, -1).entries()) {
    const next = edges[index + 1] ?? edge;
    for (let from = edge; from < next; from += second) {
      const to = Math.min(from + second, next);
      const due = repeated(Math.round((ratePerSecond * (to - from)) / second), 1_000);
      slices.push(sliceOf('query', from, to, isBad(from) ? { wrongMicros: due } : { okMicros: due }));
    }
  }
  return slices;
}

// One fault from 10 s to 20 s, another one in it from 12 s to 15.4 s.
const edges = [0, 10, 12, 15.4, 20, 30].map((at) => Math.round(at * second));
const times = { effectAtMicros: 10 * second, clearedAtMicros: 20 * second, untilMicros: 30 * second };

test('nothing is missing where all is good, wherever another fault has its edges', () => {
  expect(
    deficitOf(
      storedFrom(edges, () => false),
      ratePerSecond,
      times,
    ),
  ).toBeCloseTo(0, 6);
});

test('a bad second is missing whole, and a part of one in proportion', () => {
  const missing = (at: number) =>
    deficitOf(
      storedFrom(edges, (from) => from === Math.round(at * second)),
      ratePerSecond,
      times,
    );
  expect(missing(16.4)).toBeCloseTo(50, 6);
  expect(missing(15)).toBeCloseTo(20, 6);
  expect(missing(19.4)).toBeCloseTo(30, 6);
});

test('what was not stored did not come', () => {
  const gone = storedFrom(edges, () => false).filter(
    ({ startMicros: at }) => at < 13 * second || at >= 16 * second,
  );
  // From 13 s to 16.4 s: the second that began at 15.4 s is stored with its begin.
  expect(deficitOf(gone, ratePerSecond, times)).toBeCloseTo(3.4 * ratePerSecond, 6);
  expect(deficitOf([], ratePerSecond, times)).toBeCloseTo(20 * ratePerSecond, 6);
});

test('more than steady makes up for no other second, nor does another series for itself alone', () => {
  const slices = [...slicesAt(0, '.x..', 'a'), ...slicesAt(0, '....', 'b'), ...slicesAt(0, '....', 'flow:a')];
  const short = { effectAtMicros: 0, clearedAtMicros: 2 * second, untilMicros: 4 * second };
  expect(deficitOf(slices, 30, short)).toBeCloseTo(10, 6);
});

test('the warm-up spends no budget, as it gives none', () => {
  const course = { slices: slicesAt(0, '..xxxx......'), faults: [faultIn('a', 2, 6)] };
  const impact = impactOf(
    faultIn('a', 2, 6),
    { ...course, elapsedMicros: 12 * second, steadyPerSecond: 20, warmupMicros: 4 * second },
    gatesOf([{ text: 'error_rate < 5%', severity: 'fail' }]),
  );
  expect(impact?.budget).toEqual([{ promise: 'error_rate < 5%', bad: 40, allowed: 8 }]);
});
