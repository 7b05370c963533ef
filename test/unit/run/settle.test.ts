// The waits around a load that promises about what is left need: only for these, within limits, and never after an abort.

import { describe, expect, it } from 'vitest';
import type { ProcessSeriesRecord } from '../../../src/record/observed-schema.ts';
import { askedAfterTheLoad, hasStoppedFalling, watchWhatIsLeft } from '../../../src/run/settle.ts';
import type { ObservedRecord } from '../../../src/slo/observed.ts';
import { watchedNamed } from '../../../src/slo/observed.ts';
import { FakeClock } from '../../support/fake-clock.ts';

const secondMicros = 1_000_000;

type Point = ProcessSeriesRecord['points'][number];

const point = (atMicros: number, own: Partial<Point> = {}): Point => ({
  ...{ atMicros, cpuShare: 0, memoryBytes: 1_000, sockets: 3, openFiles: 9 },
  ...own,
});

describe('what asks for it', () => {
  const promise = (assert: string) => ({ assert, severity: 'fail' as const });

  it('is a promise, a claim or the primary metric, each subject once', () => {
    const claim = { id: 'c', says: '', expect: 'no worse than 10%', documented: null, because: null };
    expect(
      askedAfterTheLoad({
        slo: [
          promise('p95 < 1s'),
          promise('memory_growth(target) < 20%'),
          promise('sockets_left(target) <= 3'),
        ],
        primary: 'memory_growth(postgres)',
        claims: [{ ...claim, metric: 'open_files_left(worker)' }],
      }),
    ).toEqual(['target', 'postgres', 'worker']);
  });

  it('is nothing else', () => {
    const slo = [promise('memory(target) < 100MiB'), promise('restarts(target) < 1')];
    expect(askedAfterTheLoad({ slo, primary: 'p95(query)', claims: [] })).toEqual([]);
  });
});

describe('what has stopped falling', () => {
  const looks = (points: readonly Partial<Point>[]) => {
    const processes = [{ name: 'target', points: points.map((own, index) => point(index, own)) }];
    return watchedNamed({ processes }, 'target')[0]?.looks ?? [];
  };
  const sockets = (...counts: readonly number[]) => looks(counts.map((count) => ({ sockets: count })));
  const unseen = looks([{}, {}, {}, {}]).map((look) => ({ ...look, sockets: null, openFiles: null }));
  const memory = (...bytes: readonly number[]) => looks(bytes.map((memoryBytes) => ({ memoryBytes })));

  it.each([
    ['three looks alone', sockets(3, 3, 3), false],
    ['no new low in three looks', sockets(9, 3, 3, 3, 3), true],
    ['a new low', sockets(9, 3, 3, 3, 2), false],
    ['going up again', sockets(3, 4, 5, 9), true],
    ['memory that trembles', memory(1_000, 995, 1_004, 992), true],
    ['memory that falls', memory(1_000, 990, 980, 970), false],
    ['sockets nobody can see', unseen, true],
  ])('%s', (_what, seen, expected) => {
    expect(hasStoppedFalling(seen)).toBe(expected);
  });
});

/** A target that is looked at each second, from second 1 on; what a look shows depends on the time. */
function world(own: (second: number) => Partial<Point> | null = () => ({}), subjects = ['target']) {
  const clock = new FakeClock();
  const abort = new AbortController();
  const seen = (startAtMicros: number): ObservedRecord => {
    const count = Math.floor(clock.nowMicros() / secondMicros);
    const points = Array.from({ length: count }, (_, index) => index + 1).flatMap((second) => {
      const change = own(second);
      return change === null ? [] : [point(second * secondMicros - startAtMicros, change)];
    });
    return { processes: [{ name: 'target', points }] };
  };
  const watch = watchWhatIsLeft({ subjects, seen, clock, signal: abort.signal });
  return { clock, abort, watch };
}

/** How long it takes, on the clock of the world. */
async function lasts(clock: FakeClock, waiting: Promise<void>): Promise<number> {
  const fromMicros = clock.nowMicros();
  const state = { isOver: false };
  void waiting.then(() => (state.isOver = true));
  await clock.advance(0);
  for (let turn = 0; turn < 400 && !state.isOver; turn += 1) await clock.advance(100_000);
  return (clock.nowMicros() - fromMicros) / secondMicros;
}

describe('the wait before the load', () => {
  it('lasts until everything was seen twice', async () => {
    const { clock, watch } = world();
    const seconds = await lasts(clock, watch.baseline());
    expect(seconds).toBeGreaterThanOrEqual(2);
    expect(seconds).toBeLessThan(2.5);
  });

  it('does not count looks at processes whose descriptors were not counted', async () => {
    const { clock, watch } = world((second) => ({ threads: 5, sockets: second % 2 === 0 ? 3 : undefined }));
    const seconds = await lasts(clock, watch.baseline());
    expect(seconds).toBeGreaterThanOrEqual(4);
    expect(seconds).toBeLessThan(4.5);
  });

  it('is given up for what is never seen', async () => {
    const { clock, watch } = world(() => null);
    expect(await lasts(clock, watch.baseline())).toBeCloseTo(6, 0);
  });

  it('is none where nothing is asked, and after an abort', async () => {
    const idle = world(() => ({}), []);
    expect(await lasts(idle.clock, idle.watch.baseline())).toBe(0);
    const { clock, abort, watch } = world();
    abort.abort();
    expect(await lasts(clock, watch.baseline())).toBe(0);
  });
});

describe('the wait after the load', () => {
  it('ends when all has come to rest, and says when it was', async () => {
    // The load ends at 20 s; sockets fall until 23 s.
    const { clock, watch } = world((second) => ({
      sockets: second <= 20 ? 50 : Math.max(3, 73 - second * 3),
    }));
    await clock.advance(20 * secondMicros);
    const seconds = await lasts(clock, watch.settle());
    expect(seconds).toBeGreaterThanOrEqual(4);
    expect(seconds).toBeLessThan(8);
    const span = watch.span(10 * secondMicros);
    expect(span?.fromMicros).toBe(10 * secondMicros);
    expect(span?.toMicros).toBe(Math.round((10 + seconds) * secondMicros));
  });

  it('lasts ten seconds for what goes on falling', async () => {
    const { clock, watch } = world((second) => ({ sockets: 1_000 - second }));
    expect(await lasts(clock, watch.settle())).toBeCloseTo(10, 0);
    expect(watch.span(0)).not.toBeNull();
  });

  it('is none where nothing is asked: there is no such time in the record', async () => {
    const { clock, watch } = world(() => ({}), []);
    expect(await lasts(clock, watch.settle())).toBe(0);
    expect(watch.span(0)).toBeNull();
  });

  it('ends at an interruption, and counts as none', async () => {
    const { clock, abort, watch } = world((second) => ({ sockets: 1_000 - second }));
    const waiting = watch.settle();
    await clock.advance(2 * secondMicros);
    abort.abort();
    expect(await lasts(clock, waiting)).toBe(0);
    expect(watch.span(0)).toBeNull();
    expect(clock.sleeping).toBe(0);
  });
});
