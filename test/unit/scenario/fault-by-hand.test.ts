// A fault in the words of a command line: the same faults as in a scenario, each mistake told at its option.

import { describe, expect, it } from 'vitest';
import { messageOf, MettleError } from '../../../src/kernel/errors.ts';
import { faultByHand, type FaultWords } from '../../../src/scenario/fault-by-hand.ts';

const words = (more: Partial<FaultWords>): FaultWords => ({
  ...{ what: 'latency', on: 'db', for: '30s', with: ['latency=300ms'] },
  ...more,
});

describe('a fault by hand', () => {
  it('is what a scenario would say', async () => {
    expect(
      await faultByHand(words({ with: ['latency=300ms', 'jitter=50ms', 'toxicity=20%'] })),
    ).toMatchObject({
      ...{ id: 'latency', on: 'db', forMicros: 30e6 },
      fault: { kind: 'latency', latencyMs: 300, jitterMs: 50, toxicity: 0.2, direction: 'downstream' },
    });
  });

  it('may be a piece of the library, which says how long and which parameters itself', async () => {
    expect(await faultByHand({ what: 'dependency-slow', on: 'db', with: ['latency=2s'] })).toMatchObject({
      ...{ id: 'dependency-slow', on: 'db', forMicros: 20e6 },
      fault: { kind: 'latency', latencyMs: 2_000, jitterMs: 50 },
    });
  });

  it('may be a piece of one’s own, by its path', async () => {
    const what = './chaos/dependency-down.yml';
    expect(await faultByHand({ what, on: 'db', for: '5s', with: [] })).toMatchObject({
      ...{ id: 'dependency-down', forMicros: 5e6, fault: { kind: 'down' } },
    });
  });

  const wrong: readonly (readonly [Partial<FaultWords>, string])[] = [
    [{ what: 'latncy' }, 'there is neither a fault nor a piece of the library called "latncy"'],
    [{ what: './no.yml' }, '"./no.yml": no such file'],
    [{ for: undefined }, '--for is missing: how long latency lasts'],
    [{ for: '30' }, '--for 30: 30 has no unit; write 30s or 30ms'],
    [{ for: '0s' }, '--for 0s: must be longer than 0'],
    [{ for: 'soon' }, '--for soon: "soon" is not a duration'],
    [{ with: ['latency=5'] }, '--with latency=5: 5 has no unit; write 5ms'],
    [{ with: ['latency'] }, '--with latency: expected key=value'],
    [{ with: ['=5ms'] }, '--with =5ms: expected key=value'],
    [{ with: ['latencyy=5ms'] }, 'unknown key "latencyy" — did you mean "latency"?'],
    [{ with: ['latency=5ms', 'latency=6ms'] }, '--with latency=… is given twice'],
    [{ with: ['latency=5ms', 'jitter=1s'] }, '--with jitter=1s: must not be larger than latency'],
    [{ with: ['latency=5ms', 'toxicity=2'] }, '--with toxicity=2:'],
    [{ with: ['latency=5ms', 'direction=up'] }, '--with direction=up:'],
    [{ with: [] }, 'latency: missing key "with"'],
    [{ with: ['latency={'] }, '--with latency={:'],
  ];
  it.each(wrong)('%j is one clear message', async (more, message) => {
    const thrown: unknown = await faultByHand(words(more)).catch((error: unknown) => error);
    expect(messageOf(thrown)).toContain(message);
    expect(thrown).toBeInstanceOf(MettleError);
    expect(thrown).toMatchObject({ exitCode: 2 });
  });
});
