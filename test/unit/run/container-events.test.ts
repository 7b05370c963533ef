import { describe, expect, it } from 'vitest';
import type { DockerEvent, DockerPort } from '../../../src/faults/clients/docker-port.ts';
import { eventWords, watchContainers } from '../../../src/run/container-events.ts';
import { eventRecords } from '../../../src/run/event-records.ts';
import type { PlayedFault } from '../../../src/run/timeline.ts';
import type { Scenario } from '../../../src/scenario/scenario.ts';
import type { TargetSpec } from '../../../src/system/target-spec.ts';
import { composed, fakeContainer, fakeDocker } from '../../support/fake-docker.ts';

const clock = { nowMicros: () => 5_000_000, sleepUntil: () => Promise.resolve() };
const docker = { host: 'unix:///nowhere', certFolder: null };
const db = fakeContainer('shop_db_1', { labels: composed('shop', 'db') });

interface Told {
  tell(action: string, ageMicros?: number): void;
  end(error: Error): void;
}

async function watching(project: string | null) {
  let told: Told | undefined;
  const port: DockerPort = {
    ...fakeDocker([db, fakeContainer('other')]),
    events: (of, onEvent, onEnd) => {
      expect(of).toEqual({ containerIds: [db.id], project });
      told = {
        tell: (action, ageMicros = 0) =>
          onEvent({
            ...{ action, containerId: db.id, atUnixMicros: Date.now() * 1_000 - ageMicros },
            attributes: { name: db.name, exitCode: '137' },
          }),
        end: onEnd,
      };
      return Promise.resolve({ close: () => undefined });
    },
  };
  const watch = await watchContainers(
    {
      ...{ docker, clock, seed: 1 },
      scenario: { chaos: [] } as unknown as Scenario,
      target: { docker: { project } } as unknown as TargetSpec,
    },
    () => Promise.resolve(port),
  );
  return { watch, told };
}

describe('events of containers', () => {
  it('are kept in words, on the load’s clock, as long as the engine’s clock can be believed', async () => {
    const { watch, told } = await watching('shop');
    told?.tell('oom', 500_000);
    told?.tell('die', 60_000_000);
    told?.tell('exec_start: /bin/true');
    const [oom, died, ...more] = watch.events();
    expect(more).toEqual([]);
    expect(oom).toMatchObject({ source: 'container shop_db_1', what: 'out of memory' });
    expect(Math.abs((oom?.atMicros ?? 0) - 4_500_000)).toBeLessThan(400_000);
    expect(died).toMatchObject({ what: 'died (exit code 137)', atMicros: 5_000_000 });
  });

  it('are bounded, and what was left out is said', async () => {
    const { watch, told } = await watching('shop');
    for (let count = 0; count < 230; count += 1) told?.tell('restart');
    expect(watch.events()).toHaveLength(200);
    told?.end(new Error('gone'));
    expect(watch.notes()).toEqual([
      'the Docker engine stopped telling events before the end of the run: gone',
      '30 further events of containers were left out',
    ]);
  });

  it('need a container to come from', async () => {
    const { watch, told } = await watching(null);
    expect(told).toBeUndefined();
    expect([watch.events(), watch.notes()]).toEqual([[], []]);
  });

  it.each([
    ['health_status: unhealthy', 'unhealthy'],
    ['start', 'started'],
    ['kill', null],
  ])('%s is %s', (action, expected) => {
    expect(eventWords({ action, attributes: {} } satisfies Partial<DockerEvent> as DockerEvent)).toBe(
      expected,
    );
  });
});

it('events name the fault that was on their container', () => {
  const at = (atMicros: number, container: string | null = 'db') => ({
    ...{ atMicros, container, source: `container ${container ?? ''}`, what: 'died' },
  });
  const played = [
    {
      fault: { id: 'hit', atMicros: 1_000_000 },
      ...{ effectAtMicros: 1_100_000, clearedAtMicros: 3_000_000, result: { hit: ['db'] } },
    },
  ] as unknown as PlayedFault[];
  const causes = (events: Parameters<typeof eventRecords>[0]) =>
    eventRecords(events, played).map(({ atMicros, cause }) => [atMicros, cause]);
  expect(causes([at(3_900_000), at(1_050_000), at(500_000), at(2e6, 'web'), at(4_100_000), at(-1)])).toEqual([
    [500_000, null],
    [1_050_000, 'hit'],
    [2_000_000, null],
    [3_900_000, 'hit'],
    [4_100_000, null],
  ]);
});
