// Burn rates against a recomputation that looks at every slice for every window, and budgets that add up.

import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Slice } from '../../../src/measure/slice.ts';
import type { RunData } from '../../../src/record/data.ts';
import { measureOf, read, target } from '../../support/measured-slices.ts';
import { runDataOf } from '../../support/run-record.ts';
import { repeated, sliceOf } from '../../support/slices.ts';

const second = 1_000_000;
const goal = 0.9;
const budget = 0.1;

const answers = fc.record({ good: fc.nat(30), bad: fc.oneof(fc.constant(0), fc.nat(12)) });

/** Seconds from the start, cut once more at the edges of a fault, as recorders do. */
const runs = fc
  .record({
    seconds: fc.integer({ min: 5, max: 25 }),
    effect: fc.integer({ min: 1_000, max: 4_000 }),
    lasts: fc.integer({ min: 500, max: 9_000 }),
    contents: fc.array(answers, { minLength: 30, maxLength: 30 }),
    idle: fc.array(fc.boolean(), { minLength: 30, maxLength: 30 }),
  })
  .map(({ seconds, effect, lasts, contents, idle }) => {
    const end = seconds * second;
    const effectAt = effect * 1_000;
    const clearAt = Math.min(end - 1, effectAt + lasts * 1_000);
    const slices: Slice[] = [];
    for (const [from, to] of [
      [0, effectAt],
      [effectAt, clearAt],
      [clearAt, end],
    ] as const) {
      for (let at = from; at < to; at += second) {
        const { good, bad } = contents[slices.length % 30]!;
        const quiet = idle[slices.length % 30]! && idle[(slices.length * 7) % 30]!;
        slices.push(
          sliceOf('query', at, Math.min(at + second, to), {
            okMicros: repeated(quiet ? 0 : good, 1_000),
            wrongMicros: repeated(quiet ? 0 : bad, 1_000),
          }),
        );
      }
    }
    const phases = [
      { name: 'steady', startMicros: 0, endMicros: effectAt },
      { name: 'fault:x', startMicros: effectAt, endMicros: clearAt },
      { name: 'steady', startMicros: clearAt, endMicros: end },
    ];
    const faults = [{ id: 'x', effectAtMicros: effectAt, clearedAtMicros: clearAt }];
    return runDataOf({ slices, phases, faults, elapsedMicros: end });
  });

const windows = fc
  .record({ long: fc.integer({ min: 1, max: 8 }), short: fc.integer({ min: 1, max: 8 }) })
  .map(({ long, short }) => ({
    longMicros: Math.max(long, short) * second,
    shortMicros: Math.min(long, short) * second,
  }));

type Windows = typeof windows extends fc.Arbitrary<infer Value> ? Value : never;

interface Pair {
  readonly burn: number;
  readonly bad: number;
  readonly total: number;
}

/** Every pair of full windows in [from, to), each summed anew. */
function pairsIn(
  { slices }: RunData,
  from: number,
  to: number,
  { longMicros, shortMicros }: Windows,
): Pair[] {
  const inside = slices.filter(({ startMicros }) => startMicros >= from && startMicros < to);
  const sum = (start: number, end: number) => {
    let [bad, total] = [0, 0];
    for (const { startMicros, endMicros, counts } of inside) {
      if (endMicros <= start || startMicros >= end) continue;
      bad += counts.offered - counts.ok;
      total += counts.offered;
    }
    return { bad, total, burn: total === 0 ? 0 : bad / total / budget };
  };
  return inside
    .map(({ endMicros }) => endMicros)
    .filter((at) => at - longMicros >= from)
    .map((at) => {
      const [long, short] = [sum(at - longMicros, at), sum(at - shortMicros, at)];
      return { bad: long.bad, total: long.total, burn: Math.min(long.burn, short.burn) };
    });
}

const burnMeasure = (asked: Windows, during: readonly string[] = []) =>
  measureOf('burn', { subject: 'query', argument: target(goal), windows: asked, during });

/** The highest of the windows that count for a limit; null when none does. */
function highestOf(pairs: readonly Pair[], limit: number): number | null {
  const needed = 10 / (limit * budget) - 1e-6;
  const counting = pairs.filter(({ bad, total }) => bad > 10 || total >= needed);
  return counting.length === 0 ? null : Math.max(...counting.map(({ burn }) => burn));
}

/** A total outage burns at 10: nothing breaks a larger one, and there is no value then. */
const limits = fc.double({ min: 0.05, max: 10, noNaN: true });

function expectSame(found: number | null, expected: number | null): void {
  if (found === null || expected === null) expect(found).toBe(expected);
  else expect(found).toBeCloseTo(expected, 9);
}

test('the value is the highest of all windows that count for the limit, each summed anew', () => {
  fc.assert(
    fc.property(runs, windows, limits, (data, asked, limit) => {
      const pairs = pairsIn(data, 0, data.run.load.elapsedMicros, asked);
      expectSame(read(data, burnMeasure(asked), '<', limit).value, highestOf(pairs, limit));
    }),
    { numRuns: 300 },
  );
});

test('during phases only windows inside one stretch of them count', () => {
  fc.assert(
    fc.property(runs, windows, limits, (data, asked, limit) => {
      const spans = data.run.phases.filter(({ name }) => name === 'steady');
      const pairs = spans.flatMap(({ startMicros, endMicros }) =>
        pairsIn(data, startMicros, endMicros, asked),
      );
      expectSame(read(data, burnMeasure(asked, ['steady']), '<', limit).value, highestOf(pairs, limit));
    }),
    { numRuns: 300 },
  );
});

test('what phases apart from each other spend adds up to what they spend together', () => {
  fc.assert(
    fc.property(runs, (data) => {
      const spent = (...during: string[]) =>
        read(data, measureOf('budget_spent', { subject: 'query', argument: target(goal), during }));
      const [steady, fault, both, whole] = [
        spent('steady'),
        spent('fault:x'),
        spent('steady', 'fault:x'),
        spent(),
      ];
      fc.pre(steady.value !== null && fault.value !== null);
      expect(steady.value + fault.value).toBeCloseTo(both.value ?? Number.NaN, 9);
      expect(both.value).toBe(whole.value);
      expect(new Set([steady, fault, both, whole].map(({ samples }) => samples)).size).toBe(1);
    }),
  );
});
