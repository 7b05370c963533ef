import { describe, expect, it } from 'vitest';
import type { Seen } from '../../../src/faults/seen.ts';
import {
  clearView,
  endedLate,
  limited,
  paused,
  sliced,
  throttled,
} from '../../../src/faults/stream-fidelity.ts';

const silence: Seen['downstream'] = {
  ...{
    chunks: 0,
    bytesIn: 0,
    bytesOut: 0,
    addedDelayMicros: null,
    heldMicros: 0,
    ends: 0,
    endDelayMicros: null,
  },
};
const second = 1_000_000;

/** Ten seconds of four connections, all affected. */
function seenWith(downstream: Partial<Seen['downstream']>, change: Partial<Seen> = {}): Seen {
  return {
    observation: { connections: 4, bytesUp: 0, bytesDown: 0, resets: 0, refused: 0, addedDelayMicros: null },
    lastedMicros: 10 * second,
    closes: 0,
    upstream: silence,
    downstream: { ...silence, ...downstream },
    draws: { connections: 4, affected: 4 },
    mixed: false,
    attempts: 4,
    ...change,
  };
}

const viewOf = (downstream: Partial<Seen['downstream']>, change: Partial<Seen> = {}) =>
  clearView(seenWith(downstream, change), 'downstream');

describe('a throttle of 100 KB/s', () => {
  const delays = (p50: number) => ({ p50, p99: p50, count: 100 });
  const judged = (downstream: Partial<Seen['downstream']>, change: Partial<Seen> = {}): string =>
    throttled(100, 'at most 100KB/s', viewOf({ chunks: 100, bytesIn: 9e6, ...downstream }, change)).status;

  it.each([
    ['saturated all the time', { bytesOut: 4_000_000, heldMicros: 40 * second }, 'within'],
    ['saturated on one connection of four', { bytesOut: 1_000_000, heldMicros: 10 * second }, 'within'],
    ['at 110 %', { bytesOut: 1_100_000, heldMicros: 10 * second }, 'within'],
    ['now and then, at its rate', { bytesOut: 100_000, heldMicros: second }, 'within'],
    ['too fast altogether', { bytesOut: 4_400_001, heldMicros: 40 * second }, 'outside'],
    [
      'too fast while data waited long, though idle for most of the time',
      { bytesOut: 220_000, heldMicros: second, addedDelayMicros: delays(50_000) },
      'outside',
    ],
    [
      'in waits as short as the errors of timers',
      { bytesOut: 220_000, heldMicros: second, addedDelayMicros: delays(900) },
      'unmeasured',
    ],
    ['that is never idle, in short waits', { bytesOut: 3_900_000, heldMicros: second }, 'within'],
    ['that no data waited for', { bytesOut: 200_000, heldMicros: 0.09 * second }, 'not binding'],
    [
      'that hardly any data needed, whatever timers made of it',
      { bytesIn: 4_000, bytesOut: 4_000, heldMicros: 0.15 * second },
      'not binding',
    ],
    ['that does nothing, at a high demand', { bytesOut: 9_000_000, heldMicros: 0 }, 'outside'],
    ['that lets nothing through', { bytesOut: 0, heldMicros: 0 }, 'unmeasured'],
  ])('%s', (_name, downstream, status) => {
    expect(judged(downstream)).toBe(status);
  });

  it('is not judged by what it did not act on', () => {
    const saturated = { bytesOut: 4_000_000, heldMicros: 40 * second };
    expect(judged(saturated, { mixed: true })).toBe('unmeasured');
    expect(judged(saturated, { draws: { connections: 4, affected: 3 } })).toBe('unmeasured');
    expect(judged(saturated, { draws: { connections: 0, affected: 0 } })).toBe('unmeasured');
    expect(judged(saturated, { draws: null })).toBe('unmeasured');
  });

  it('says what happened', () => {
    const view = viewOf({ bytesIn: 4e6, bytesOut: 970_000, heldMicros: 10 * second });
    expect(throttled(100, 'at most 100KB/s', view)).toEqual({
      ...{ name: 'rate per connection', asked: 'at most 100KB/s', status: 'within' },
      happened: '97KB/s while data waited, 10s in all',
    });
    const idle = throttled(100, 'at most 100KB/s', viewOf({ bytesIn: 40_000, bytesOut: 40_000 }));
    expect(idle.happened).toBe('1KB/s on average, data hardly waited');
  });
});

describe('pieces', () => {
  const judged = (chunks: number, bytesIn: number, pieces: number, bytesOut = bytesIn): string => {
    const addedDelayMicros = pieces === 0 ? null : { p50: 0, p99: 0, count: pieces };
    return sliced(64, 'at most 64B', viewOf({ chunks, bytesIn, bytesOut, addedDelayMicros })).status;
  };

  it.each([
    ['cut small enough', [10, 10_240, 160], 'within'],
    ['too large', [10, 10_240, 159], 'outside'],
    ['that came so small that none was cut', [200, 10_240, 200], 'not binding'],
    ['that lag behind what came', [10, 10_240, 8, 512], 'within'],
    ['none', [10, 10_240, 0, 0], 'unmeasured'],
  ] as const)('%s', (_name, [chunks, bytesIn, pieces, bytesOut], status) => {
    expect(judged(chunks, bytesIn, pieces, bytesOut)).toBe(status);
  });
});

describe('pauses of 10 ms between 160 pieces of 10 chunks', () => {
  const judged = (heldMicros: number, pauseMicros = 10_000): string => {
    const addedDelayMicros = { p50: 0, p99: 0, count: 160 };
    const view = viewOf({ chunks: 10, bytesIn: 10_240, bytesOut: 10_240, addedDelayMicros, heldMicros });
    return paused(pauseMicros, '10ms', view).status;
  };

  it.each([
    [1_500_000, 'within'], // 150 pauses, each chunk on its own
    [1_590_000, 'within'], // 159 pauses, one after the other
    [1_329_000, 'outside'], // 0.9 × 1.5 s − 10 × 2 ms = 1.33 s
    [1_921_000, 'outside'], // 160 × 12 ms = 1.92 s
    [0, 'outside'],
  ])('that held data for %d µs are %s', (heldMicros, status) => {
    expect(judged(heldMicros)).toBe(status);
  });

  it('are unmeasured when they are shorter than timers can tell', () => {
    expect(judged(0, 100)).toBe('unmeasured');
  });
});

describe('a limit of 1,000 bytes', () => {
  const judged = (bytesOut: number, closes: number): string =>
    limited(1_000, 'at most 1000B', viewOf({ chunks: 9, bytesIn: 9_000, bytesOut }, { closes })).status;

  it.each([
    [4_000, 4, 'within'],
    [1_000, 1, 'within'],
    [0, 4, 'within'],
    [4_001, 4, 'outside'],
    [3_000, 0, 'not binding'],
  ])('with %d bytes through and %d closed is %s', (bytesOut, closes, status) => {
    expect(judged(bytesOut, closes)).toBe(status);
  });

  it('says nothing without data', () => {
    expect(limited(1_000, '', viewOf({})).status).toBe('unmeasured');
  });
});

describe('a close that is 100 ms late', () => {
  const judged = (downstream: Partial<Seen['downstream']>): string =>
    endedLate(100, '100ms', seenWith(downstream), 'downstream').status;
  const ends = (p50: number) => ({ ends: 3, endDelayMicros: { p50, p99: p50, count: 3 } });

  it.each([
    [ends(109_000), 'within'],
    [ends(111_000), 'outside'],
    [ends(89_000), 'outside'],
    [{ ends: 0 }, 'not binding'],
    [{ ends: 2 }, 'unmeasured'],
  ])('with %o is %s', (downstream, status) => {
    expect(judged(downstream)).toBe(status);
  });
});
