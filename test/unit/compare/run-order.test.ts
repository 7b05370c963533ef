// The order in which stored runs were made: what lets a drift of the machine pass for an effect is refused.

import { describe, expect, test } from 'vitest';
import { groupRuns } from '../../../src/compare/grouping.ts';
import { orderNote, orderProblem } from '../../../src/compare/run-order.ts';
import { signedRankInterval } from '../../../src/compare/signed-rank.ts';
import { createRandom, type Random, shuffled } from '../../../src/kernel/random.ts';

const everyMinutes = 10;

/** `ABBA`: runs of before (A) and after (B), one each ten minutes, five minutes long. */
const madeAs = (order: string) => {
  const timed = Array.from(order, (letter, index) => ({
    ...{ id: `${letter}${index}`, letter, place: index, seed: 1, load: { elapsedMicros: 300e6 } },
    startedAt: new Date(Date.UTC(2026, 0, 5) + index * everyMinutes * 60_000).toISOString(),
  }));
  const of = (letter: string) => timed.filter((run) => run.letter === letter);
  return groupRuns(of('A'), of('B')).pairs;
};

const ten = (unit: string): string => unit.repeat(20 / unit.length);

describe('refused', () => {
  test.each([
    ['all of one side before the other', 'A'.repeat(10) + 'B'.repeat(10), '10.0 places later'],
    ['the same the other way round', 'B'.repeat(6) + 'A'.repeat(6), '`before` 6.0 places later'],
    ['one side in the middle of the other', 'AAAAABBBBBBBBBBAAAAA', '3 stretches'],
    ['four blocks', 'AAAAABBBBBAAAAABBBBB', '`after` 5.0 places later'],
    ['pairs of runs, if there are few', 'AABBAABBAABB', '`after` 2.0 places later'],
  ])('%s', (_, order, words) => {
    expect(orderProblem(madeAs(order))).toContain('made in blocks');
    expect(orderProblem(madeAs(order))).toContain(words);
  });

  test('one side far ahead of the other at one moment, where a step of the machine may be', () => {
    // Not one place later on average, and in 10 stretches: no block.
    expect(orderProblem(madeAs('BABBAAABAAAABBBBBABA'))).toContain('`before` is 4 runs ahead');
    expect(orderProblem(madeAs('ABAABBBABBBBAAAAABAB'))).toContain('`after` is 4 runs ahead');
  });

  test('runs at the same time', () => {
    const pairs = madeAs(ten('ABBA')).map(({ before, after }) => ({
      before: { ...before, load: { elapsedMicros: 601e6 } },
      after,
    }));
    expect(orderProblem(pairs)).toMatch(/A\d+ and [AB]\d+ ran at the same time/);
  });

  test('a time that nobody knows', () => {
    const pairs = madeAs(ten('AB')).map(({ before, after }, index) =>
      index === 3 ? { before: { ...before, startedAt: 'once' }, after } : { before, after },
    );
    expect(orderProblem(pairs)).toContain('nobody knows when A6 was made');
  });
});

describe('let through', () => {
  test.each(['ABBA', 'ABBABAAB', 'AB', 'BA'])('%s again and again', (unit) => {
    const order = unit.repeat(Math.ceil(20 / unit.length)).slice(0, 20);
    expect(orderProblem(madeAs(order))).toBeNull();
  });

  test('whatever a verification can draw', () => {
    const random = createRandom(7);
    for (let time = 0; time < 500; time += 1) {
      const pairs = 6 + (time % 11);
      const half = Math.floor(pairs / 2);
      const kinds = [
        ...'AB '.repeat(half).trim().split(' '),
        ...'BA '
          .repeat(pairs - half)
          .trim()
          .split(' '),
      ];
      expect(orderProblem(madeAs(shuffled(kinds, random).join('')))).toBeNull();
    }
  });

  test('with a word where one member always goes first', () => {
    expect(orderNote(madeAs(ten('AB')))).toContain('in 10 of 10 pairs `before` was made first');
    expect(orderNote(madeAs(ten('BA')))).toContain('`after` was made first');
    expect(orderNote(madeAs(ten('ABBA')))).toBeNull();
  });
});

const normal = (random: Random): number =>
  Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());

/** Does the interval of runs with these values, made in that order, exclude no change? */
function isAlarm(order: string, values: readonly number[]): boolean {
  const effects = madeAs(order).map(
    ({ before, after }) => (values[after.place] ?? 0) - (values[before.place] ?? 0),
  );
  const interval = signedRankInterval(effects, effects, 0.95);
  return interval !== null && (interval.low > 0 || interval.high < 0);
}

/** How often the interval excludes no change, when nothing but the machine drifts evenly, by three spreads of a run. */
function falseAlarms(ordersOf: (random: Random) => string, random: Random): number {
  const times = 800;
  let alarms = 0;
  for (let time = 0; time < times; time += 1) {
    const order = ordersOf(random);
    const drift = 3 * normal(random);
    const values = Array.from(order, (_, index) => (drift * index) / order.length + normal(random));
    if (isAlarm(order, values)) alarms += 1;
  }
  return alarms / times;
}

/** The place from which on a step of the machine does most harm: where one side is most ahead. */
function worstPlace(order: string): number {
  const ahead = Array.from(order, (_, index) => {
    const made = order.slice(0, index + 1);
    return Math.abs(made.replaceAll('B', '').length - made.replaceAll('A', '').length);
  });
  return ahead.indexOf(Math.max(...ahead)) + 1;
}

/** The same where the machine is slower by three spreads from there on. */
function stepAlarms(ordersOf: (random: Random) => string, random: Random): number {
  const times = 800;
  let alarms = 0;
  for (let time = 0; time < times; time += 1) {
    const order = ordersOf(random);
    const step = worstPlace(order);
    const values = Array.from(order, (_, index) => (index >= step ? 3 : 0) + normal(random));
    if (isAlarm(order, values)) alarms += 1;
  }
  return alarms / times;
}

describe('false alarms under drift', () => {
  test('blocks alarm in a third to a half, pairs in random order as often as they say', () => {
    const random = createRandom(11);
    expect(falseAlarms(() => 'A'.repeat(10) + 'B'.repeat(10), random)).toBeGreaterThan(0.4);
    expect(falseAlarms(() => 'A'.repeat(6) + 'B'.repeat(6), random)).toBeGreaterThan(0.25);
    const paired = (draw: Random): string =>
      shuffled([...Array<string>(5).fill('AB'), ...Array<string>(5).fill('BA')], draw).join('');
    // 0.05 and three standard deviations of 800 cases.
    expect(falseAlarms(paired, random)).toBeLessThan(0.073);
  });

  /** Letter by letter, and never further ahead than what is let through. */
  const drawn = (pairs: number, draw: Random): string => {
    let order = '';
    const left = { A: pairs, B: pairs };
    while (order.length < 2 * pairs) {
      const ahead = left.B - left.A;
      const letter =
        left.A === 0 || ahead >= 2 ? 'B' : left.B === 0 || ahead <= -2 || draw() < 0.5 ? 'A' : 'B';
      left[letter] -= 1;
      order += letter;
    }
    return order;
  };
  const accepted =
    (pairs: number) =>
    (draw: Random): string => {
      for (;;) {
        const order = drawn(pairs, draw);
        if (orderProblem(madeAs(order)) === null) return order;
      }
    };

  test('of what is let through no more than a tenth does', () => {
    const random = createRandom(12);
    for (const pairs of [6, 10, 16]) expect(falseAlarms(accepted(pairs), random)).toBeLessThan(0.1);
    expect(falseAlarms(() => ten('AB'), random)).toBeLessThan(0.1);
  });

  test('nor after a step, wherever it does most harm', () => {
    const random = createRandom(13);
    // A tenth and two standard deviations of 800 cases.
    for (const pairs of [6, 7, 10, 16])
      expect(stepAlarms(accepted(pairs), random), `${pairs}`).toBeLessThan(0.12);
    expect(stepAlarms(() => 'BABBAAABAAAABBBBBABA', random)).toBeGreaterThan(0.2);
  });
});
