import { describe, expect, it } from 'vitest';
import type { ContainerState } from '../../../src/faults/clients/docker-state.ts';
import type { ContainerUsage } from '../../../src/faults/clients/docker-usage.ts';
import { containerFigures, type ContainerLook, pointBetween } from '../../../src/run/container-figures.ts';
import { composed, fakeContainer, fakeUsage } from '../../support/fake-docker.ts';

const began = Date.parse('2026-06-01T00:00:00Z') * 1_000;
const state = fakeContainer('db', { labels: composed('shop', 'db'), startedAt: '2026-05-01T00:00:00Z' });

/** `atMicros` of our clock, whose zero is `began`; asked for 10 ms before and answered 10 ms after it was read. */
function lookAt(
  atMicros: number,
  usage: Partial<ContainerUsage> = {},
  differing: Partial<ContainerState> = {},
): ContainerLook {
  return {
    ...{ askedMicros: atMicros - 10_000, answeredMicros: atMicros + 10_000, unixOffsetMicros: began },
    usage: fakeUsage({ readAtUnixMicros: began + atMicros, ...usage }),
    state: { ...state, ...differing },
  };
}

describe('what lies between two looks at a container', () => {
  it('is its processor time over the time between, and the rest as it is', () => {
    const now = { cpuMicros: 1_100_000, memoryBytes: 70, receivedBytes: 5, sentBytes: 6, processes: 7 };
    expect(pointBetween(lookAt(1_000_000, { cpuMicros: 500_000 }), lookAt(2_200_000, now))).toEqual({
      ...{ atMicros: 2_200_000, cpuShare: 0.5, memoryBytes: 70 },
      ...{ receivedBytes: 5, sentBytes: 6, processes: 7 },
    });
  });

  it('the engine’s clock counts as far as ours does not contradict it', () => {
    const share = (readAtMicros: number) => {
      const read = began + readAtMicros;
      const now = lookAt(2_000_000, { cpuMicros: 1_000_000, readAtUnixMicros: read });
      const point = pointBetween(lookAt(1_000_000), now);
      return [point?.atMicros, point?.cpuShare];
    };
    expect(share(2_008_000)).toEqual([2_008_000, 1_000_000 / 1_008_000]);
    expect(share(60_000_000)).toEqual([2_010_000, 1_000_000 / 1_020_000]);
    expect(share(1_000_001)).toEqual([1_990_000, 1_000_000 / 980_000]);
  });

  it.each([
    ['it began anew', lookAt(2_000_000, { cpuMicros: 9 }, { startedAt: '2026-06-01T00:00:01.500Z' })],
    ['it was made anew', lookAt(2_000_000, { cpuMicros: 9 }, { id: 'another' })],
    ['its counter went back', lookAt(2_000_000, { cpuMicros: -1 })],
    ['it does not run', lookAt(2_000_000, { readAtUnixMicros: null })],
    ['they lie far apart', lookAt(12_000_000, { cpuMicros: 9 })],
  ])('is nothing when %s', (_what, now) => {
    expect(pointBetween(lookAt(1_000_000), now)).toBeNull();
  });
});

describe('the figures of a container', () => {
  it('are on the load’s clock, with at most 10 s from before it', () => {
    const figures = containerFigures('db');
    figures.stands(state);
    for (let second = 0; second <= 15; second += 1) figures.add(lookAt(second * 1_000_000));
    const series = figures.series(12_500_000, true);
    expect(series).toMatchObject({ name: 'db', service: 'db', restarts: 0, outOfMemory: 0 });
    expect(series.points.map(({ atMicros }) => atMicros / 1e6)).toEqual([
      ...[-9.5, -8.5, -7.5, -6.5, -5.5, -4.5, -3.5, -2.5, -1.5, -0.5, 0.5, 1.5, 2.5],
    ]);
  });

  it('have a gap where it did not run, and go on after it', () => {
    const figures = containerFigures('db');
    const anew = { startedAt: '2026-06-01T00:00:03.500Z' };
    figures.add(lookAt(1_000_000));
    figures.add(lookAt(2_000_000));
    figures.add(lookAt(3_000_000, { readAtUnixMicros: null }));
    figures.add(lookAt(4_000_000, {}, anew));
    figures.add(lookAt(5_000_000, {}, anew));
    expect(figures.series(0, true).points.map(({ atMicros }) => atMicros)).toEqual([2_000_000, 5_000_000]);
  });

  const none = { nanoCpus: 0, cpuQuota: 0, cpuPeriod: 0, memoryBytes: 0 };
  it.each([
    ['no limit', none, null, {}, { cores: 4, memoryLimitBytes: null }],
    ['a share', { ...none, nanoCpus: 1.5e9 }, null, {}, { cores: 1.5 }],
    ['a quota', { ...none, cpuQuota: 50_000 }, null, {}, { cores: 0.5 }],
    ['a quota of a period', { ...none, cpuQuota: 50_000, cpuPeriod: 200_000 }, null, {}, { cores: 0.25 }],
    ['cores of its own', none, 2, {}, { cores: 2 }],
    ['more than there is', { ...none, nanoCpus: 9e9 }, null, {}, { cores: 4 }],
    ['nothing told of the machine', none, null, { onlineCores: null }, { cores: null }],
    [
      ...(['memory', { ...none, memoryBytes: 100_000_000 }, null] as const),
      ...([{ memoryLimitBytes: 99_999_744 }, { memoryLimitBytes: 100_000_000 }] as const),
    ],
    ['more memory than there is', { ...none, memoryBytes: 9e9 }, null, {}, { memoryLimitBytes: null }],
  ] as const)('tell what it may use: %s', (_what, limits, boundCores, usage, expected) => {
    const figures = containerFigures('db');
    const differing = { limits: { ...state.limits, ...limits }, boundCores };
    figures.add(lookAt(0, usage, differing));
    // A fault takes some of it later.
    figures.add(lookAt(1e6, { ...usage }, { limits: { ...state.limits, nanoCpus: 1e8, memoryBytes: 6e7 } }));
    expect(figures.series(0, true)).toMatchObject(expected);
  });
});

describe('restarts and lack of memory', () => {
  const counts = (figures: ReturnType<typeof containerFigures>) => {
    const { restarts, outOfMemory } = figures.series(0, true);
    return [restarts, outOfMemory];
  };
  const later = (startedAt: string, more: Partial<ContainerState> = {}): ContainerState => ({
    ...{ ...state, startedAt },
    ...more,
  });

  it('are counted from the engine’s events', () => {
    const figures = containerFigures('db');
    figures.stands(state);
    for (const action of ['oom', 'die', 'start', 'die', 'stop', 'start', 'restart']) figures.event(action);
    expect(counts(figures)).toEqual([2, 1]);
  });

  it('are seen without events too, and counted once with them', () => {
    const figures = containerFigures('db');
    expect(figures.stands(state)).toBe(false);
    expect(figures.stands(later('2026-06-01T00:00:01Z', { restartCount: 3 }))).toBe(true);
    expect(figures.stands(later('2026-06-01T00:00:01Z', { restartCount: 3 }))).toBe(false);
    expect(counts(figures)).toEqual([3, 0]);
    figures.event('start');
    const made = { id: 'another', oomKilled: true, finishedAt: '2026-06-01T00:00:02Z' };
    figures.stands(later('2026-06-01T00:00:02Z', made));
    expect(counts(figures)).toEqual([4, 1]);
  });

  it('are unknown when the engine has not told all events', () => {
    const figures = containerFigures('db');
    for (const second of [0, 1]) figures.add(lookAt(second * 1e6));
    figures.event('start');
    expect(figures.series(0, false)).toMatchObject({ restarts: null, outOfMemory: null });
  });

  it('do not include its first start, nor what was before anybody looked', () => {
    const figures = containerFigures('db');
    figures.stands(later('0001-01-01T00:00:00Z', { status: 'created', oomKilled: true }));
    figures.event('start');
    figures.stands(later('2026-06-01T00:00:01Z'));
    expect(counts(figures)).toEqual([0, 0]);
    figures.event('start');
    expect(counts(figures)).toEqual([1, 0]);
  });
});
