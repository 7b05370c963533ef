// Figures about attempts from what a proxy saw and a load offered: what they are, and when they cannot be told.

import { describe, expect, it, test } from 'vitest';
import { amplificationOf } from '../../../src/faults/attempts/amplification.ts';
import { requestsAtATime, requestsIn, rushedAtEdges } from '../../../src/faults/attempts/requests.ts';
import { silenceOf } from '../../../src/faults/attempts/silence.ts';
import { spacingOf } from '../../../src/faults/attempts/spacing.ts';
import { timelineOf } from '../../../src/faults/attempts/timeline.ts';
import { repeated, sliceOf } from '../../support/slices.ts';

const second = 1_000_000;
const span = { fromMicros: 0, untilMicros: 10 * second };
const perSecond =
  (rate: number) =>
  ({ fromMicros, untilMicros }: typeof span): number =>
    (rate * (untilMicros - fromMicros)) / second;

describe('retry amplification', () => {
  const during = { attempts: 300, requests: 100, withoutData: 0, rushed: false };

  it('is the attempts per request during a fault over those before it', () => {
    const seen = amplificationOf(during, { attempts: 400, requests: 200 });
    expect(seen).toEqual({ value: 1.5, during: 3, steady: 2, requests: 100, reason: null });
  });

  it('is 0, not unknown, when nobody tried', () => {
    expect(amplificationOf({ ...during, attempts: 0 }, { attempts: 400, requests: 200 }).value).toBe(0);
  });

  test.each([
    [{ ...during, attempts: null }, { attempts: 400, requests: 200 }, 'cannot see'],
    [{ ...during, requests: 19 }, { attempts: 400, requests: 200 }, 'only 19 requests during the fault'],
    [during, null, 'no steady time'],
    [during, { attempts: 400, requests: 19 }, 'only 19 requests in the steady time'],
    [during, { attempts: 3, requests: 200 }, 'only 3 attempts in the steady time'],
    [{ ...during, rushed: true }, { attempts: 400, requests: 200 }, 'ran much faster'],
    [{ ...during, attempts: 0, withoutData: 50 }, { attempts: 400, requests: 200 }, 'speaks first'],
  ])('is null with its reason: %j, %j', (now, steady, reason) => {
    const seen = amplificationOf(now, steady);
    expect(seen.value).toBeNull();
    expect(seen.reason).toContain(reason);
  });
});

describe('requests of the load', () => {
  const slices = [
    sliceOf('ask', 0, second, { okMicros: Array(10).fill(50_000) as number[] }),
    sliceOf('ask', second, 2 * second, { wrongMicros: Array(4).fill(500_000) as number[], dropped: 9 }),
  ];

  it('are those that began then, although a fault took what was in flight into its own time', () => {
    const around = [
      sliceOf('ask', 0, second, { okMicros: repeated(7, 5_000), begun: 10 }),
      sliceOf('ask', second, 2 * second, { wrongMicros: repeated(13, 5_000), begun: 10 }),
    ];
    expect(requestsIn(around, [{ fromMicros: 0, untilMicros: second }])).toBe(10);
    expect(requestsIn(around, [{ fromMicros: second, untilMicros: 2 * second }])).toBe(10);
  });

  it('are those that were started, in proportion where a stretch cuts a slice', () => {
    expect(requestsIn(slices, [{ fromMicros: 0, untilMicros: 2 * second }])).toBe(14);
    expect(requestsIn(slices, [{ fromMicros: second / 2, untilMicros: 1.5 * second }])).toBe(7);
    expect(requestsIn(slices, [])).toBe(0);
  });

  it.each([
    ['an even load', [30, 30, 30, 30, 30], false],
    ['chance', [38, 30, 25, 31, 22], false],
    ['closed load that was fast until the fault worked', [60, 30, 30, 30, 30], true],
    ['closed load that was fast again before the fault was known to be gone', [30, 30, 30, 30, 60], true],
    ['a few of very many', [1_040, 1_000, 1_000, 1_000, 1_000], false],
  ])('%s: whether they were rushed at the edges is told', (_what, begun, rushed) => {
    const around = begun.map((count, index) =>
      sliceOf('ask', index * second, (index + 1) * second, {
        okMicros: repeated(count, 5_000),
        begun: count,
      }),
    );
    expect(rushedAtEdges(around, { fromMicros: 10_000, untilMicros: 5 * second - 10_000 })).toBe(rushed);
  });

  it('are so many at a time as their durations fill the time', () => {
    expect(requestsAtATime(slices, { fromMicros: 0, untilMicros: second })).toBeCloseTo(0.5, 1);
    expect(requestsAtATime(slices, { fromMicros: second, untilMicros: 2 * second })).toBeCloseTo(2, 1);
  });
});

describe('retry spacing', () => {
  const repeated = (pauses: readonly number[], times: number): number[] =>
    Array.from({ length: times }, () => pauses).flat();
  const told = { amplification: 3, requestsAtATime: 0.2, answeredShare: 0 };

  it('leaves out the wait for the next request, and sees a back-off', () => {
    const pausesMicros = repeated([50_000, 100_000, 400_000], 20);
    expect(spacingOf({ ...told, pausesMicros })).toMatchObject({
      ...{ p50Micros: 50_000, p90Micros: 100_000, grows: true, varies: false, reason: null },
    });
  });

  it('sees that pauses stay the same, or vary', () => {
    const even = repeated([100_000, 101_000, 700_000], 20);
    expect(spacingOf({ ...told, pausesMicros: even })).toMatchObject({ grows: false, varies: false });
    const random = Array.from({ length: 20 }, (_, at) => [20_000 + at * 8_000, 900_000]).flat();
    expect(spacingOf({ ...told, pausesMicros: random })).toMatchObject({ grows: null, varies: true });
  });

  it('does not call it back-off or jitter where some attempts are answered', () => {
    const pausesMicros = repeated([50_000, 100_000, 400_000], 20);
    expect(spacingOf({ ...told, answeredShare: 0.5, pausesMicros })).toMatchObject({
      grows: null,
      varies: null,
    });
  });

  test.each([
    [{ amplification: null }, 'without an amplification'],
    [{ amplification: 1.1 }, 'no retries'],
    [{ requestsAtATime: 2.41 }, 'about 2.4 requests'],
    [{ pausesMicros: [50_000, 400_000] }, 'only 1 pauses'],
  ])('cannot be told: %j', (more, reason) => {
    const seen = spacingOf({ ...told, pausesMicros: repeated([50_000, 400_000], 20), ...more });
    expect(seen.p50Micros).toBeNull();
    expect(seen.reason).toContain(reason);
  });
});

describe('silence', () => {
  const burst = (
    fromSecond: number,
    toSecond: number,
    attempts: number,
    quietSecond: number | null = toSecond,
  ) => ({
    firstMicros: fromSecond * second,
    lastMicros: toSecond * second,
    attempts,
    quietAtMicros: quietSecond === null ? null : quietSecond * second,
  });
  const look = (bursts: ReturnType<typeof burst>[], rate = 40) =>
    silenceOf({ span, bursts, expected: perSecond(rate), reason: null });

  it('is where an open breaker keeps attempts away, and its probes stand between', () => {
    const seen = look([burst(-3, 1, 160), burst(3, 3, 1, 3.5), burst(5.5, 5.5, 2), burst(7.5, 12, 200)]);
    expect(seen.list.map(({ fromMicros, forMicros }) => [fromMicros / second, forMicros / second])).toEqual([
      [1, 2],
      [3.5, 2],
      [5.5, 2],
    ]);
    expect(seen).toMatchObject({
      ...{ longestMicros: 2 * second, totalMicros: 6 * second, atLeast: false, probes: 2 },
      ...{ openForMicros: 2 * second, smallestMicros: second / 2, reason: null },
    });
  });

  it('that has not ended is at least so long', () => {
    const seen = look([burst(-3, 4, 280)]);
    expect(seen).toMatchObject({ longestMicros: 6 * second, atLeast: true, probes: 0, openForMicros: null });
  });

  it('of the whole fault is one: the breaker was open before', () => {
    expect(look([])).toMatchObject({ longestMicros: 10 * second, atLeast: true });
  });

  it('is not what the load does not call for', () => {
    const thin = look([burst(0, 4, 5), burst(8, 10, 3)], 4);
    expect(thin).toMatchObject({ longestMicros: 0, list: [], smallestMicros: 5 * second });
    expect(look([], 1)).toMatchObject({
      longestMicros: null,
      reason: expect.stringContaining('only 10 attempts') as unknown,
    });
  });

  it('cannot be told from a full pool while attempts are waiting', () => {
    const held = look([burst(-3, 2, 100, null), burst(6, 10, 100)]);
    expect(held).toMatchObject({
      longestMicros: null,
      reason: expect.stringContaining('full pool') as unknown,
    });
    const almost = look([burst(-3, 2, 100, 5.9), burst(6, 10, 100)]);
    expect(almost.longestMicros).toBeNull();
  });

  it('is unknown where no steady rate is', () => {
    const seen = silenceOf({ span, bursts: [], expected: null, reason: 'no steady time' });
    expect(seen).toMatchObject({ longestMicros: null, reason: 'no steady time' });
  });
});

test('a long timeline is joined to at most 400 stretches, with every attempt in it', () => {
  const slices = Array.from({ length: 1_240 }, (_, at) => ({
    ...{ startMicros: at * 250_000, endMicros: (at + 1) * 250_000, attempts: 3, answered: 1 },
  }));
  const part = { sinceMicros: 0, untilMicros: 310 * second, slices };
  const timeline = timelineOf([null, part], 0);
  expect(timeline.length).toBeLessThanOrEqual(400);
  expect(timeline.reduce((sum, { attempts }) => sum + attempts, 0)).toBe(3 * 1_240);
  expect(timelineOf([part], 10 * second)[0]?.fromMicros).toBe(0);
});
