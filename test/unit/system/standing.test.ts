// A process that keeps its place, with children that are made up: what is told, tried again, and stopped.

import { describe, expect, it } from 'vitest';
import type { Clock } from '../../../src/kernel/clock.ts';
import type { Child, ChildEnd } from '../../../src/system/process.ts';
import { createReleases } from '../../../src/system/release.ts';
import type { Standing } from '../../../src/system/standing.ts';
import { standUp } from '../../../src/system/standing.ts';

interface MadeUp extends Child {
  die(end: ChildEnd): Promise<void>;
}

function madeUpChild(pid: number, log: string[], lines: readonly string[] = []): MadeUp {
  let end: ChildEnd | undefined;
  let settle: (end: ChildEnd) => void = () => undefined;
  const ended = new Promise<ChildEnd>((resolve) => (settle = resolve));
  const die = async (how: ChildEnd): Promise<void> => {
    end ??= how;
    settle(end);
    await ended;
  };
  return {
    ...{ name: 'made up', pid, signals: ['SIGTERM'], ended, die },
    tree: { identity: { pid, startTime: 'then' }, processGroup: pid, token: `token.${pid}` },
    end: () => end,
    lastLines: () => [...lines],
    stop: async () => {
      log.push(`stop ${pid}`);
      await die({ code: null, signal: 'SIGTERM' });
    },
  };
}

/** Time passes only by waiting for it. */
function clockOf(): Clock {
  let nowMicros = 0;
  return {
    nowMicros: () => nowMicros,
    sleepUntil: (atMicros) => {
      nowMicros = Math.max(nowMicros, atMicros);
      return Promise.resolve();
    },
  };
}

interface Stage {
  readonly standing: Standing;
  readonly children: MadeUp[];
  readonly deaths: string[];
  readonly log: string[];
}

/** `lines`: what the nth child prints before it ends at once; null: it is ready. */
async function stand(lines: readonly (string | null)[] = []): Promise<Stage> {
  const children: MadeUp[] = [];
  const log: string[] = [];
  const start = async (): Promise<Child> => {
    const says = lines[children.length] ?? null;
    const child = madeUpChild(100 + children.length, log, says === null ? [] : [says]);
    children.push(child);
    log.push(`start ${child.pid}`);
    if (says !== null) await child.die({ code: 1, signal: null });
    return child;
  };
  const ready = { probe: () => Promise.resolve(undefined), asked: 'nothing', withinMicros: 1_000_000 };
  const releases = createReleases();
  const standing = await standUp({ name: 'made up', start, ready, clock: clockOf(), releases });
  const deaths: string[] = [];
  standing.onDeath((sentence) => deaths.push(sentence));
  return { standing, children, deaths, log };
}

const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('a process that keeps its place', () => {
  it('is the new one after it was started again, once the old one is gone', async () => {
    const { standing, log, deaths } = await stand();
    expect([standing.pid(), standing.tree.token]).toEqual([100, 'token.100']);
    standing.expectEnd();
    await standing.startAgain();
    expect(log).toEqual(['start 100', 'stop 100', 'start 101']);
    expect([standing.pid(), standing.tree.token]).toEqual([101, 'token.101']);
    expect(await standing.answers()).toBe(true);
    await settled();
    expect(deaths).toEqual([]);
  });

  it('has no pid while it is down on purpose, and does not answer', async () => {
    const { standing, children } = await stand();
    standing.expectEnd();
    expect(standing.pid()).toBe(100);
    await children[0]?.die({ code: null, signal: 'SIGKILL' });
    expect(standing.pid()).toBeNull();
    expect(await standing.answers()).toBe(false);
  });

  it('tells every death but those that were expected or asked for', async () => {
    const { standing, children, deaths } = await stand();
    standing.expectEnd();
    await children[0]?.die({ code: null, signal: 'SIGKILL' });
    await standing.startAgain();
    await settled();
    expect(deaths).toEqual([]);
    await children[1]?.die({ code: 7, signal: null });
    await settled();
    expect(deaths).toEqual(['made up ended with exit code 7']);
    const late: string[] = [];
    standing.onDeath((sentence) => late.push(sentence));
    expect(late).toEqual(deaths);
    await standing.stop();
    await settled();
    expect(deaths).toHaveLength(1);
  });

  it('is tried again for a while when its port is still taken, and for nothing else', async () => {
    const taken = 'Error: listen EADDRINUSE: address already in use 127.0.0.1:1';
    const patient = await stand([null, taken, taken, null]);
    await patient.standing.startAgain();
    expect(patient.standing.pid()).toBe(103);
    const never = await stand([null, ...Array.from({ length: 100 }, () => taken)]);
    await expect(never.standing.startAgain()).rejects.toThrow('EADDRINUSE');
    expect(never.children.length).toBeLessThan(40);
    const broken = await stand([null, 'no licence']);
    await expect(broken.standing.startAgain()).rejects.toThrow('no licence');
    expect(broken.children).toHaveLength(2);
  });

  it('is not started again once it is stopped for good', async () => {
    const { standing, children, log } = await stand();
    await standing.stop();
    await expect(standing.startAgain()).rejects.toThrow('was stopped');
    expect(children).toHaveLength(1);
    expect(log.filter((line) => line.startsWith('start'))).toEqual(['start 100']);
  });
});
