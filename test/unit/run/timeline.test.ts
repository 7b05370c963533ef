import { describe, expect, it } from 'vitest';
import type { Injection } from '../../../src/faults/fault.ts';
import type { Clock } from '../../../src/kernel/clock.ts';
import { playTimeline, type TimelinePorts } from '../../../src/run/timeline.ts';
import type { ScheduledFault } from '../../../src/scenario/scenario.ts';

const second = 1_000_000;

const fault = (
  id: string,
  at: number,
  lasting: number,
  inject: 'always' | 'if-steady' = 'always',
): ScheduledFault =>
  ({
    id,
    atMicros: at * second,
    forMicros: lasting * second,
    on: 'db',
    inject,
    traffic: 'required',
  }) as ScheduledFault;

interface Stage {
  readonly log: string[];
  readonly ports: TimelinePorts;
}

function stage(options: { abortAt?: number; broken?: string; failing?: string } = {}): Stage {
  const log: string[] = [];
  const controller = new AbortController();
  let now = 0;
  const clock: Clock = {
    nowMicros: () => now,
    sleepUntil: (at) => {
      const abortAt = options.abortAt === undefined ? Infinity : options.abortAt * second;
      now = Math.max(now, Math.min(at, abortAt));
      if (now >= abortAt) controller.abort();
      return Promise.resolve();
    },
  };
  const inject = (asked: ScheduledFault): Promise<Injection> => {
    if (asked.id === options.failing) return Promise.reject(new Error('no such proxy'));
    log.push(`inject ${asked.id} at ${now / second}`);
    return Promise.resolve({
      effectAtMicros: now,
      clear: () => {
        log.push(`clear ${asked.id} at ${now / second}`);
        return Promise.resolve({
          clearedAtMicros: now,
          status: 'undone',
          note: null,
          fidelity: [],
          traffic: { before: 1, during: 1, status: 'seen' },
          observation: null,
        });
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
  };
  return { log, ports };
}

describe('the timeline', () => {
  it('injects and clears each fault at its time and tells the load about both edges', async () => {
    const { log, ports } = stage();
    const played = await playTimeline([fault('a', 2, 3)], ports);
    expect(log).toEqual(['inject a at 2', 'effect 2', 'clear a at 5', 'clear 5']);
    expect(played[0]).toMatchObject({ effectAtMicros: 2 * second, clearedAtMicros: 5 * second });
    expect(played[0]?.cutShort).toBe(false);
  });

  it('tells the load of an effect before it is brought about, where that is known', async () => {
    const { log, ports } = stage();
    const acting: TimelinePorts = {
      ...ports,
      inject: (asked, onActing) => {
        onActing(2 * second);
        return ports.inject(asked, onActing);
      },
    };
    await playTimeline([fault('a', 2, 3)], acting);
    expect(log).toEqual(['effect 2', 'inject a at 2', 'effect 2', 'clear a at 5', 'clear 5']);
  });

  it('plays overlapping faults and ends the one whose time is up first', async () => {
    const { log, ports } = stage();
    await playTimeline([fault('long', 1, 9), fault('short', 2, 2)], ports);
    expect(log.filter((line) => /inject|clear \w+ at/.test(line))).toEqual([
      'inject long at 1',
      'inject short at 2',
      'clear short at 4',
      'clear long at 10',
    ]);
  });

  it('undoes everything, last in first out, when the run is stopped in the middle', async () => {
    const { log, ports } = stage({ abortAt: 3 });
    const played = await playTimeline([fault('a', 1, 9), fault('b', 2, 9), fault('c', 5, 1)], ports);
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
    const { log, ports } = stage({ broken: 'p95(query) < 2s' });
    const played = await playTimeline([fault('a', 1, 1, 'if-steady'), fault('b', 3, 1, 'always')], ports);
    expect(log).toEqual(['inject b at 3', 'effect 3', 'clear b at 4', 'clear 4']);
    expect(played[0]?.brokenPromise).toBe('p95(query) < 2s');
  });

  it('says why a fault could not be injected and plays the rest', async () => {
    const { ports } = stage({ failing: 'a' });
    const played = await playTimeline([fault('a', 1, 1), fault('b', 3, 1)], ports);
    expect(played[0]?.note).toBe('could not be injected: no such proxy');
    expect(played[1]?.effectAtMicros).toBe(3 * second);
  });
});
