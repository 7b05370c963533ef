import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { DockerEvent, DockerPort } from '../../../src/faults/clients/docker-port.ts';
import type { ContainerState } from '../../../src/faults/clients/docker-state.ts';
import { observeContainers } from '../../../src/run/observed-containers.ts';
import { composed, fakeContainer, fakeDocker, fakeUsage } from '../../support/fake-docker.ts';

const docker = { host: 'unix:///nowhere', certFolder: null };
const inShop = (service: string): ContainerState =>
  fakeContainer(`shop_${service}_1`, { labels: composed('shop', service) });

let beganMs: number;
beforeEach(() => {
  vi.useFakeTimers({ toFake: ['Date', 'setInterval', 'clearInterval', 'setTimeout', 'clearTimeout'] });
  vi.setSystemTime('2026-06-01T00:00:00Z');
  beganMs = Date.now();
});
afterEach(() => {
  vi.useRealTimers();
});
const seconds = (count: number): Promise<unknown> => vi.advanceTimersByTimeAsync(count * 1_000);

/** An engine whose containers all use half a core, and what it is made to do otherwise. */
async function watching(containers: ContainerState[], differing: Partial<DockerPort> = {}) {
  const asked: string[] = [];
  let tell: (event: Pick<DockerEvent, 'action'>, name?: string) => void = () => undefined;
  let end: (error: Error | null) => void = () => undefined;
  let isClosed = false;
  const engine: DockerPort = {
    ...fakeDocker(containers),
    usage: (name) => {
      asked.push(name);
      return Promise.resolve(fakeUsage({ cpuMicros: (Date.now() - beganMs) * 500 }));
    },
    events: (_of, onEvent, onEnd) => {
      end = onEnd;
      tell = ({ action }, name = 'shop_db_1') =>
        onEvent({ action, containerId: 'x', atUnixMicros: Date.now() * 1_000, attributes: { name } });
      return Promise.resolve({ close: () => (isClosed = true) });
    },
    ...differing,
  };
  const request = {
    ...{ docker, seed: 1, scenario: { chaos: [] }, signal: new AbortController().signal },
    target: { observe: { docker: true }, docker: { project: 'shop' } },
    clock: { nowMicros: () => (Date.now() - beganMs) * 1_000 },
  } as unknown as Parameters<typeof observeContainers>[0];
  const observation = await observeContainers(request, () => Promise.resolve(engine));
  return {
    ...{ observation, asked, isClosed: () => isClosed },
    tell: (action: string, name?: string) => tell({ action }, name),
    end: (error: Error | null) => end(error),
    /** In seconds, of a container. */
    times: (name = 'shop_db_1') =>
      observation
        .series(0)
        .find((series) => series.name === name)
        ?.points.map(({ atMicros }) => atMicros / 1e6),
  };
}

describe('containers that are watched', () => {
  it('are looked at each second, those of the project and no others', async () => {
    const { observation, asked, times } = await watching([inShop('db'), inShop('web'), fakeContainer('x')]);
    await seconds(3);
    expect(times()).toEqual([1, 2, 3]);
    expect(observation.series(0)).toMatchObject([
      { name: 'shop_db_1', service: 'db', points: [{ cpuShare: 0.5, memoryBytes: 50_000_000 }, {}, {}] },
      { name: 'shop_web_1', service: 'web', cores: 4, memoryLimitBytes: null },
    ]);
    expect(new Set(asked)).toEqual(new Set(['shop_db_1', 'shop_web_1']));
    expect(observation.notes()).toEqual([]);
  });

  it('are not looked at after the end', async () => {
    const { observation, asked, isClosed } = await watching([inShop('db')]);
    await seconds(1);
    observation.close();
    const before = asked.length;
    await seconds(3);
    expect([asked.length, isClosed()]).toEqual([before, true]);
  });

  it('are not asked again while the engine has not answered; what was left out is counted', async () => {
    let open = 0;
    let most = 0;
    const slow = async () => {
      most = Math.max(most, (open += 1));
      if (Date.now() > beganMs) await new Promise((resolve) => setTimeout(resolve, 2_400));
      open -= 1;
      return fakeUsage({ cpuMicros: (Date.now() - beganMs) * 500 });
    };
    const { observation, times } = await watching([inShop('db')], { usage: slow });
    await seconds(10);
    expect(most).toBe(1);
    expect(times()).toEqual([3.4, 5.9, 8.4]);
    expect(observation.series(0)[0]?.points.map(({ cpuShare }) => cpuShare)).toEqual([0.5, 0.5, 0.5]);
    expect(observation.notes()).toEqual([
      '6 of 11 looks at containers were left out: the Docker engine was still busy with the one before',
    ]);
  });

  it('are looked at once a second by engines that take a second to answer, too', async () => {
    const { observation, times } = await watching([inShop('db')], {
      usage: async () => {
        if (Date.now() > beganMs)
          await new Promise((resolve) => setTimeout(resolve, 1_000 - (Date.now() % 1_000)));
        return fakeUsage({ cpuMicros: (Date.now() - beganMs) * 500 });
      },
    });
    await seconds(6.5);
    expect(times()).toEqual([2, 3, 4, 5, 6]);
    expect(observation.notes()).toEqual([]);
  });

  it('that the engine does not tell of have a gap, and a note says why', async () => {
    let turn = 0;
    const { observation, times } = await watching([inShop('db')], {
      usage: () => {
        turn += 1;
        if (turn === 3 || turn === 4) return Promise.reject(new Error(`no luck at ${turn}`));
        return Promise.resolve(fakeUsage({ cpuMicros: (Date.now() - beganMs) * 500 }));
      },
    });
    await seconds(5);
    expect(times()).toEqual([1, 4, 5]);
    expect(observation.series(0)[0]?.points[1]?.cpuShare).toBe(0.5);
    expect(observation.notes()).toEqual([
      'container shop_db_1 could not be looked at 2 of 6 times, first: no luck at 3',
    ]);
  });

  it('that go away and come back as others under their name go on, and that is a restart', async () => {
    const list = [inShop('db')];
    const { observation, times } = await watching(list, {
      inspect: (wanted) =>
        // As Docker does: a name that nobody has may be the beginning of an id.
        Promise.resolve(list.find(({ id, name }) => id === wanted || name === wanted) ?? inShop('web')),
    });
    await seconds(2);
    const [gone] = list.splice(0);
    await seconds(2);
    if (gone !== undefined) list.push({ ...gone, id: 'f'.repeat(64), startedAt: '2026-06-01T00:00:04.500Z' });
    await seconds(3);
    expect(times()).toEqual([1, 2, 6, 7]);
    expect(observation.series(0)).toMatchObject([{ name: 'shop_db_1', restarts: 1 }]);
    expect(observation.notes()).toEqual([]);
  });

  it('that end while they are asked for are no failure', async () => {
    const db = inShop('db');
    const { observation } = await watching([{ ...db, status: 'exited' }], {
      usage: () => Promise.reject(new Error('is not running')),
    });
    await seconds(2);
    expect(observation.series(0)).toMatchObject([{ name: 'shop_db_1', service: 'db', points: [] }]);
    expect(observation.notes()).toEqual(['not running at any look, so without figures: shop_db_1']);
  });

  it('that are new to the project are found, and their first start is no restart', async () => {
    const list = [inShop('db')];
    const { observation, tell, times } = await watching(list);
    await seconds(1);
    list.push(inShop('web'));
    tell('start', 'shop_web_1');
    await seconds(3);
    expect(times('shop_web_1')).toEqual([2.25, 3.25]);
    tell('start', 'shop_web_1');
    tell('oom');
    const told = observation.series(0).map(({ restarts, outOfMemory }) => ({ restarts, outOfMemory }));
    expect(told).toEqual([
      { restarts: 0, outOfMemory: 1 },
      { restarts: 1, outOfMemory: 0 },
    ]);
  });

  it('are at most fifty, and how many more there are is said', async () => {
    const many = Array.from({ length: 53 }, (_each, index) => inShop(`s${index}`));
    const { observation } = await watching(many);
    await seconds(1);
    expect(observation.series(0)).toHaveLength(50);
    expect(observation.notes()).toEqual(['3 further containers were not watched: at most 50 are']);
  });

  it('say of their service when not all of it is watched', async () => {
    const replica = (number: number): ContainerState =>
      fakeContainer(`shop_web_${number}`, { labels: composed('shop', 'web') });
    const many = [inShop('db'), ...Array.from({ length: 50 }, (_each, index) => replica(index))];
    const { observation } = await watching(many);
    const partial = new Map(
      observation.series(0).map(({ service, servicePartial }) => [service, servicePartial]),
    );
    expect([...partial]).toEqual([
      ['db', undefined],
      ['web', true],
    ]);
  });

  it('say so of every service when one cannot be asked whose it is', async () => {
    const list = [inShop('db'), inShop('web')];
    const { observation } = await watching(list, {
      inspect: (wanted) =>
        wanted === list[1]?.id
          ? Promise.reject(new Error('gone'))
          : Promise.resolve(list.find(({ id, name }) => id === wanted || name === wanted)),
    });
    expect(observation.series(0)).toMatchObject([{ service: 'db', servicePartial: true }]);
  });

  it('that Compose runs once beside a service are none of it', async () => {
    const labels = { ...composed('shop', 'db'), 'com.docker.compose.oneoff': 'True' };
    const { observation } = await watching([fakeContainer('shop_db_run_1', { labels })]);
    expect(observation.series(0)).toMatchObject([{ name: 'shop_db_run_1', service: null }]);
  });
});

describe('what cannot be watched is told, and keeps no run from going on', () => {
  it.each<[string, Partial<DockerPort>, string]>([
    ['no list', { list: () => Promise.reject(new Error('gone')) }, 'containers were not watched: gone'],
    [
      'no inspection',
      { inspect: () => Promise.reject(new Error('gone')) },
      'the container 73686f705f64 was not watched: gone',
    ],
    [
      'no events',
      { events: () => Promise.reject(new Error('gone')) },
      'restarts of containers, and whether they ran out of memory, are not known: gone',
    ],
    [
      'no containers',
      { list: () => Promise.resolve([]) },
      'no container of the Compose project shop was there when the run began',
    ],
    [
      'no memory',
      { usage: () => Promise.resolve(fakeUsage({ memoryBytes: null })) },
      'container shop_db_1 could not be looked at 3 of 3 times, first: the engine does not tell its memory',
    ],
  ])('%s', async (_what, differing, note) => {
    const { observation } = await watching([inShop('db')], differing);
    await seconds(2);
    expect(observation.notes()).toContain(note);
    observation.close();
  });

  it('an end of the events', async () => {
    const { observation, end } = await watching([inShop('db')]);
    await seconds(1);
    end(new Error('hung up'));
    expect(observation.series(0)).toMatchObject([{ restarts: null, outOfMemory: null }]);
    expect(observation.notes()).toEqual([
      'restarts of containers, and whether they ran out of memory, are not known: the Docker engine stopped telling events (hung up)',
    ]);
  });

  it('no engine at all, and no wish for one', async () => {
    const request = {
      ...{ docker, seed: 1, scenario: { chaos: [] }, clock: { nowMicros: () => 0 } },
      signal: new AbortController().signal,
      target: { observe: { docker: false }, docker: { project: 'shop' } },
    } as unknown as Parameters<typeof observeContainers>[0];
    const refused = await observeContainers(request, () => Promise.reject(new Error('nobody')));
    expect(refused.notes()).toEqual(['containers were not watched: nobody']);
    // Without the wish the project is not looked at: only what faults select would be.
    const unasked = await observeContainers(request, () => Promise.resolve(fakeDocker([inShop('db')])));
    expect([unasked.series(0), unasked.notes()]).toEqual([[], []]);
    const without = await observeContainers({ ...request, docker: null }, () => {
      throw new Error('nothing is to be connected');
    });
    expect(without.notes()).toEqual([]);
  });

  it('an engine that does not answer, when the run is interrupted', async () => {
    const interrupted = new AbortController();
    let connected: (engine: DockerPort) => void = () => undefined;
    let isClosed = false;
    const request = {
      ...{ docker, seed: 1, scenario: { chaos: [] }, clock: { nowMicros: () => 0 } },
      ...{ target: { observe: { docker: true }, docker: { project: 'shop' } }, signal: interrupted.signal },
    } as unknown as Parameters<typeof observeContainers>[0];
    const opening = observeContainers(request, () => new Promise((resolve) => (connected = resolve)));
    interrupted.abort();
    const observation = await opening;
    expect([observation.isAsked, observation.series(0)]).toEqual([true, []]);
    expect(observation.notes()).toEqual(['containers were not watched: the run was interrupted']);
    // What answers after all is let go of.
    connected({ ...fakeDocker([]), events: () => Promise.resolve({ close: () => (isClosed = true) }) });
    await seconds(1);
    expect(isClosed).toBe(true);
  });
});
