// How many threads a load gets: from its plan, never more than leave a core free, unless asked for.

import { describe, expect, it } from 'vitest';
import { threadsNeeded, threadsOf } from '../../../src/run/thread-count.ts';
import type { Flow, LoadEntry, Step } from '../../../src/scenario/scenario.ts';
import { arrivals, flowOf, httpStep, second, users } from '../../support/load-plans.ts';

const planned = (load: readonly LoadEntry[], flow: Flow = flowOf([httpStep('a')])) => ({
  load,
  flows: { main: flow },
});
const think = (seconds: number): Step => ({ kind: 'think', minMicros: 0, maxMicros: 2 * seconds * second });

describe('the threads that a load needs', () => {
  it.each([
    ['a low rate', planned([arrivals(50, 10)]), 1],
    ['a high rate', planned([arrivals(12_000, 10)]), 3],
    ['two entries together', planned([arrivals(4_000, 10), arrivals(4_000, 10)]), 2],
    [
      'many requests per iteration',
      planned([arrivals(1_000, 10)], flowOf(Array.from({ length: 9 }, () => httpStep('a')))),
      2,
    ],
    [
      'a ramp, by its peak',
      planned([
        {
          ...arrivals(1, 10),
          stages: [{ fromPerSecond: 9_000, toPerSecond: 0, forMicros: second, spacing: 'even' as const }],
        } as LoadEntry,
      ]),
      2,
    ],
    ['a few users', planned([users(20, 10)]), 1],
    ['many users without a pause', planned([users(200, 10)]), 4],
    ['many users who think', planned([users(200, 10)], flowOf([httpStep('a'), think(1)])), 1],
    ['many users at a pace', planned([{ ...users(1_000, 10), everyMicros: second } as LoadEntry]), 1],
    [
      'crowds who only hold a socket',
      planned([{ ...users(12_000, 10), everyMicros: 60 * second } as LoadEntry]),
      3,
    ],
  ])('are as many as %s asks for', (_what, plan, threads) => {
    expect(threadsNeeded(plan)).toBe(threads);
  });

  it('take the mean of several flows, by weight', () => {
    const heavy: Flow = {
      ...flowOf(Array.from({ length: 10 }, () => httpStep('b'))),
      name: 'heavy',
      weight: 1,
    };
    const light: Flow = { ...flowOf([httpStep('a')]), weight: 9 };
    const entry = { ...arrivals(5_000, 10), flows: ['main', 'heavy'] } as LoadEntry;
    // Nine times 1 and once 10 are 1.9 on average: 9,500 requests a second.
    expect(threadsNeeded({ load: [entry], flows: { main: light, heavy } })).toBe(2);
  });
});

describe('the threads that a load gets', () => {
  const heavy = planned([arrivals(100_000, 10)]);
  const told = (asked: number | undefined, cores: number): [threads: number, lines: string[]] => {
    const lines: string[] = [];
    return [threadsOf(heavy, asked, (line) => lines.push(line), cores), lines];
  };

  it('leave one core to the rest, and are at least one', () => {
    expect(told(undefined, 8)).toEqual([7, []]);
    expect(told(undefined, 2)).toEqual([1, []]);
    expect(told(undefined, 1)).toEqual([1, []]);
  });

  it('are as many as asked for, with a warning when that is too many', () => {
    expect(told(3, 8)).toEqual([3, []]);
    const [threads, lines] = told(4, 4);
    expect(threads).toBe(4);
    expect(lines).toEqual([expect.stringContaining('4 load threads on 4 cores')]);
  });
});
