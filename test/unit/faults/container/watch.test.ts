import { describe, expect, it } from 'vitest';
import type { ContainerUsage } from '../../../../src/faults/clients/docker-usage.ts';
import { cpu } from '../../../../src/faults/container/cpu.ts';
import type { ContainerSeen } from '../../../../src/faults/container/container-fault.ts';
import { watchContainer } from '../../../../src/faults/container/watch.ts';
import { fakeContainer, fakeDocker, fakeUsage } from '../../../support/fake-docker.ts';

const second = 1_000_000;
const readAt = (seconds: number | null): Pick<ContainerUsage, 'readAtUnixMicros'> => ({
  readAtUnixMicros: seconds === null ? null : 1_000_000 * second + seconds * second,
});

/** Two looks: from 1.2 s on, and from 5 s on, after the time that the engine takes to answer. */
async function seenOf(
  tookMicros: number,
  first: Partial<ContainerUsage>,
  last: Partial<ContainerUsage>,
): Promise<ContainerSeen> {
  const limits = { ...fakeContainer('db').limits, cpuQuota: 50_000 };
  const state = fakeContainer('db', { limits });
  const answers = [fakeUsage(first), fakeUsage(last)];
  let nowMicros = 0.2 * second;
  const engine = {
    ...fakeDocker([state]),
    usage: () => {
      nowMicros += tookMicros;
      return Promise.resolve(answers.shift() ?? fakeUsage());
    },
  };
  const watch = watchContainer(engine, state, { nowMicros: () => nowMicros });
  await watch.begin();
  nowMicros = 5 * second;
  await watch.end();
  return await watch.seen();
}

describe('what a container used while a fault was on it', () => {
  it('is judged over the time between the readings, not that between asking and clearing', async () => {
    // As from an engine that reads each second: at 1.2 s and at 5.2 s.
    const first = { ...readAt(1.2), cpuMicros: 0 };
    const last = { ...readAt(5.2), cpuMicros: 2.4 * second };
    const seen = await seenOf(second, first, last);
    expect(seen).toMatchObject({ measuredMicros: 4 * second, cpuMicros: 2.4 * second });
    const [, used] = cpu.judge({ kind: 'cpu', cores: 0.5 }, seen);
    expect(used).toMatchObject({ happened: '0.6 cores over 4s', status: 'outside' });
  });

  it('is not taken from a clock of the engine that was set meanwhile', async () => {
    const seen = await seenOf(0, readAt(0.2), readAt(3_600));
    expect(seen.measuredMicros).toBe(4.8 * second);
    expect((await seenOf(0, readAt(0.2), readAt(-3_600))).measuredMicros).toBe(4.8 * second);
  });

  it('is not known over a time that the engine does not tell', async () => {
    expect((await seenOf(0, readAt(null), readAt(5))).measuredMicros).toBeNull();
    expect((await seenOf(0, readAt(0), readAt(null))).measuredMicros).toBeNull();
  });
});
