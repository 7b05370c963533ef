import { describe, expect, it } from 'vitest';
import type { Injection } from '../../../src/faults/fault.ts';
import { exitCodes, MettleError } from '../../../src/kernel/errors.ts';
import { faultRecord, faultsThatInvalidate, undoFailures } from '../../../src/run/fault-records.ts';
import { type PlayedFault, playTimeline, type TimelinePorts } from '../../../src/run/timeline.ts';
import type { ScheduledFault } from '../../../src/scenario/scenario.ts';
import { FakeClock } from '../../support/fake-clock.ts';

const second = 1_000_000;

const fault = (
  id: string,
  at: number,
  lasting: number,
  inject: 'always' | 'if-steady' = 'always',
  on = 'db',
): ScheduledFault =>
  ({
    id,
    atMicros: at * second,
    forMicros: lasting * second,
    on,
    inject,
    traffic: 'required',
  }) as ScheduledFault;

interface Stage {
  /** Plays all of it, to the end or to where it is stopped. */
  readonly play: (chaos: readonly ScheduledFault[], ports?: TimelinePorts) => Promise<PlayedFault[]>;
  readonly log: string[];
  readonly ports: TimelinePorts;
}

function stage(
  options: { abortAt?: number; broken?: string; failing?: string; hanging?: string } = {},
): Stage {
  const log: string[] = [];
  const controller = new AbortController();
  const clock = new FakeClock();
  const inject = (asked: ScheduledFault): Promise<Injection> => {
    if (asked.id === options.failing) return Promise.reject(new Error('no such proxy'));
    log.push(`inject ${asked.id} at ${clock.nowMicros() / second}`);
    return Promise.resolve({
      effectAtMicros: clock.nowMicros(),
      clear: async () => {
        if (asked.id === options.hanging) await clock.sleepUntil(clock.nowMicros() + 20 * second);
        log.push(`clear ${asked.id} at ${clock.nowMicros() / second}`);
        return {
          clearedAtMicros: clock.nowMicros(),
          status: 'undone',
          note: null,
          fidelity: [],
          traffic: { before: 1, during: 1, status: 'seen' },
          observation: null,
        };
      },
    });
  };
  const ports: TimelinePorts = {
    clock,
    startAtMicros: 0,
    signal: controller.signal,
    inject,
    steadyBroken: () => Promise.resolve(options.broken ?? null),
    onEdge: (at, kind) => log.push(`${kind} ${at / second}`),
    onBegan: () => undefined,
    onEnded: () => undefined,
  };
  const play = async (
    chaos: readonly ScheduledFault[],
    played: TimelinePorts = ports,
  ): Promise<PlayedFault[]> => {
    const result = playTimeline(chaos, played);
    await clock.advance((options.abortAt ?? 60) * second);
    if (options.abortAt !== undefined) controller.abort();
    await clock.advance(60 * second);
    return await result;
  };
  return { log, ports, play };
}

describe('the timeline', () => {
  it('injects and clears each fault at its time and tells the load about both edges', async () => {
    const { log, play } = stage();
    const played = await play([fault('a', 2, 3)]);
    expect(log).toEqual(['inject a at 2', 'effect 2', 'clear a at 5', 'clear 5']);
    expect(played[0]).toMatchObject({ effectAtMicros: 2 * second, clearedAtMicros: 5 * second });
    expect(played[0]?.cutShort).toBe(false);
  });

  it('tells the load of an effect before it is brought about, where that is known', async () => {
    const { log, ports, play } = stage();
    const acting: TimelinePorts = {
      ...ports,
      inject: (asked, onActing) => {
        onActing(2 * second);
        return ports.inject(asked, onActing);
      },
    };
    await play([fault('a', 2, 3)], acting);
    expect(log).toEqual(['effect 2', 'inject a at 2', 'effect 2', 'clear a at 5', 'clear 5']);
  });

  it('tells the load of a clear once, before anybody asks what was seen of the fault, where that is known', async () => {
    const { log, ports, play } = stage();
    const telling: TimelinePorts = {
      ...ports,
      inject: async (asked, onActing) => {
        const injection = await ports.inject(asked, onActing);
        const clear: Injection['clear'] = (onCleared) => {
          onCleared?.(ports.clock.nowMicros());
          log.push('cleared');
          return injection.clear();
        };
        return { ...injection, clear };
      },
    };
    await play([fault('a', 2, 3)], telling);
    expect(log).toEqual(['inject a at 2', 'effect 2', 'clear 5', 'cleared', 'clear a at 5']);
  });

  it.each([
    ['a fault on a link', 'db', 1],
    ['a fault on containers', 'service:web', 5],
  ])('judges how late %s began', async (_what, on, limit) => {
    const reasonsWhen = async (lateMicros: number): Promise<string[]> => {
      const { ports, play } = stage();
      // Something before it at the same place takes so long.
      const slow: TimelinePorts = {
        ...ports,
        inject: async (asked, onActing) => {
          const injection = await ports.inject(asked, onActing);
          if (asked.id === 'first')
            await ports.clock.sleepUntil(ports.clock.nowMicros() + second + lateMicros);
          return injection;
        },
      };
      const pause = { fault: { kind: 'pause' }, on } as const;
      const chaos = ['first', 'second'].map((id, index) => ({ ...fault(id, 10 + index, 30), ...pause }));
      const played = await play(chaos, slow);
      return faultsThatInvalidate(
        played,
        played.map((one) => faultRecord(one, false)),
        false,
      );
    };
    expect(await reasonsWhen(limit * second)).toEqual([]);
    expect(await reasonsWhen((limit + 0.5) * second)).toEqual([
      `fault second: begin was ${limit + 0.5}s late, asked for at most ${limit}s late`,
    ]);
  });

  it('does not call late what the look at a long run takes', async () => {
    const { ports, play } = stage();
    const looking: TimelinePorts = {
      ...ports,
      steadyBroken: async () => {
        await ports.clock.sleepUntil(ports.clock.nowMicros() + 4 * second);
        return null;
      },
    };
    const played = await play([fault('a', 2, 1, 'if-steady')], looking);
    expect(played[0]?.effectAtMicros).toBe(6 * second);
    expect(played[0]?.result?.fidelity).toMatchObject([{ happened: '0µs late', status: 'within' }]);
  });

  it('judges how late each occurrence began, by its own time', async () => {
    const { play } = stage();
    const played = await play([fault('a', 2, 1), fault('a', 12, 1)]);
    expect(played.map(({ result }) => result?.fidelity)).toEqual([
      [{ name: 'begin', asked: 'at most 1s late', happened: '0µs late', status: 'within' }],
      [{ name: 'begin', asked: 'at most 1s late', happened: '0µs late', status: 'within' }],
    ]);
  });

  it('plays overlapping faults and ends the one whose time is up first', async () => {
    const { log, play } = stage();
    await play([fault('long', 1, 9), fault('short', 2, 2)]);
    expect(log.filter((line) => /inject|clear \w+ at/.test(line))).toEqual([
      'inject long at 1',
      'inject short at 2',
      'clear short at 4',
      'clear long at 10',
    ]);
  });

  it('undoes everything, last in first out, when the run is stopped in the middle', async () => {
    const { log, play } = stage({ abortAt: 3 });
    const played = await play([fault('a', 1, 9), fault('b', 2, 9), fault('c', 5, 1)]);
    expect(log.filter((line) => line.includes(' at '))).toEqual([
      'inject a at 1',
      'inject b at 2',
      'clear b at 3',
      'clear a at 3',
    ]);
    expect(played.map((entry) => entry.fault.id)).toEqual(['a', 'b', 'c']);
    expect(played[2]).toMatchObject({ effectAtMicros: null, note: 'the run was stopped before' });
    expect(played.map(({ cutShort }) => cutShort)).toEqual([true, true, true]);
  });

  it('does not inject into a service whose steady promise is already broken', async () => {
    const { log, play } = stage({ broken: 'p95(query) < 2s' });
    const played = await play([fault('a', 1, 1, 'if-steady'), fault('b', 3, 1, 'always')]);
    expect(log).toEqual(['inject b at 3', 'effect 3', 'clear b at 4', 'clear 4']);
    expect(played[0]?.brokenPromise).toBe('p95(query) < 2s');
  });

  it('says why a fault could not be injected and plays the rest', async () => {
    const { play } = stage({ failing: 'a' });
    const played = await play([fault('a', 1, 1), fault('b', 3, 1)]);
    expect(played[0]?.note).toBe('could not be injected: no such proxy');
    expect(played[1]?.effectAtMicros).toBe(3 * second);
  });

  it('a fault that left something behind when it could not be injected is an undo that failed', async () => {
    const { play, ports } = stage();
    const left = new MettleError({
      ...{ code: 'UNDO_FAILED', message: 'restart of target failed and could not be undone: it is down' },
      ...{ hint: 'finish it by hand', exitCode: exitCodes.undoFailed },
    });
    const restart = { ...fault('a', 1, 1), fault: { kind: 'restart' } } as unknown as ScheduledFault;
    const played = await play([restart], { ...ports, inject: () => Promise.reject(left) });
    const records = played.map((one) => faultRecord(one, false));
    expect(records).toMatchObject([{ status: 'undo failed', effectAtMicros: null }]);
    expect(undoFailures(records)).toEqual([
      'fault a could not be undone: could not be injected: restart of target failed and could not be undone: it is down',
    ]);
  });

  it('ends and begins faults elsewhere in time while one cannot be undone', async () => {
    const { log, play } = stage({ hanging: 'stuck' });
    await play([
      fault('stuck', 1, 1),
      fault('held', 1, 2, 'always', 'other'),
      fault('c', 4, 1, 'always', 'third'),
    ]);
    expect(log.filter((line) => line.includes(' at '))).toEqual([
      'inject stuck at 1',
      'inject held at 1',
      'clear held at 3',
      'inject c at 4',
      'clear c at 5',
      'clear stuck at 22',
    ]);
  });

  it('stopped, undoes what stands on something else first, and does not wait for other places', async () => {
    const { log, play } = stage({ hanging: 'above', abortAt: 3 });
    await play([fault('below', 1, 9), fault('above', 2, 9), fault('held', 1, 9, 'always', 'other')]);
    expect(log.filter((line) => line.startsWith('clear '))).toEqual(
      expect.arrayContaining(['clear held at 3', 'clear above at 23', 'clear below at 23']),
    );
    expect(log.indexOf('clear above at 23')).toBeLessThan(log.indexOf('clear below at 23'));
  });
});
