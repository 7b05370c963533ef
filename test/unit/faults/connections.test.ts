// A storm of connections, as it is written, counted and judged; the sockets themselves are tested on loopback.

import { describe, expect, it } from 'vitest';
import { judgeStorm } from '../../../src/faults/network/connections.ts';
import { refuseBeyond } from '../../../src/faults/network/descriptor-room.ts';
import { StormTally } from '../../../src/faults/network/storm-tally.ts';
import { faultInputSchema, faultParameters, undoInWords } from '../../../src/faults/registry.ts';

const parse = (parameters?: object) => faultInputSchema.safeParse({ fault: 'connections', with: parameters });

/** `take` was asked so often, and so often there was one to open. */
const open = (tally: StormTally, times: number): number =>
  Array.from({ length: times }).filter(() => tally.take()).length;

const repeat = (times: number, act: () => void): void => {
  for (let turn = 0; turn < times; turn += 1) act();
};

describe('a storm as written', () => {
  it('is plain data with its defaults, and written back', () => {
    const { data } = parse({ count: 200 });
    expect(data).toEqual({ kind: 'connections', count: 200, ratePerSecond: 1_000, reopen: true });
    expect(data && faultParameters(data)).toEqual({ count: '200', rate: '1000/s', reopen: 'true' });
    expect(data && undoInWords(data, 'postgres')).toBe('close them all and see that none is left');
    expect(parse({ count: 5, rate: '100/s', reopen: false }).data).toMatchObject({
      ...{ ratePerSecond: 100, reopen: false },
    });
  });

  it.each([
    [undefined],
    [{}],
    [{ count: 0 }],
    [{ count: 2.5 }],
    [{ count: '200' }],
    [{ count: 20_001 }],
    [{ count: 5, rate: 100 }],
    [{ count: 5, rate: 'fast' }],
    [{ count: 5, rate: '0/s' }],
    [{ count: 5, rate: '6000/s' }],
    [{ count: 5, toxicity: '50%' }],
  ])('%j is refused', (parameters) => {
    expect(parse(parameters).success).toBe(false);
  });
});

describe('what became of its connections', () => {
  it('is held by the median of all looks', () => {
    const tally = new StormTally(10);
    tally.look();
    expect(open(tally, 12)).toBe(10);
    repeat(10, () => tally.connected());
    repeat(3, () => tally.look());
    expect(tally.allTried).toBe(true);
    expect(tally.seen()).toMatchObject({ heldMedian: 10, heldMost: 10, pressedShare: 0.75, closed: 0 });
  });

  it('is opened again when the server turned it away, unless that is not wanted', () => {
    const tally = new StormTally(3);
    open(tally, 3);
    repeat(2, () => tally.connected());
    tally.turnedAway(false, true);
    tally.turnedAway(true, false);
    expect(open(tally, 5)).toBe(1);
    expect(tally.seen()).toMatchObject({ refused: 1, closed: 1, heldMost: 2 });
  });

  it('is tried again when this machine failed, and told', () => {
    const tally = new StormTally(2);
    open(tally, 2);
    repeat(2, () => tally.failed('EMFILE'));
    tally.look();
    expect(open(tally, 2)).toBe(2);
    expect(tally.seen()).toMatchObject({ failed: 2, failure: 'EMFILE', pressedShare: 0 });
  });
});

describe('a storm is judged by what was held', () => {
  const seen = {
    heldMedian: 100,
    heldMost: 100,
    pressedShare: 1,
    refused: 0,
    closed: 0,
    failed: 0,
    failure: null,
  };
  const status = (change: Partial<Omit<typeof seen, 'failure'>> & { failure?: string }): string =>
    judgeStorm({ count: 100 }, { ...seen, ...change }).status;

  it('within when nine in ten were', () => {
    expect(judgeStorm({ count: 100 }, seen)).toMatchObject({ happened: '100', status: 'within' });
    expect(status({ heldMedian: 90 })).toBe('within');
    expect(status({ heldMedian: 89, pressedShare: 0 })).toBe('outside');
  });

  it('within when the server turned the rest away: its limit is what was looked for', () => {
    const full = { ...seen, heldMedian: 20, heldMost: 25, refused: 500 };
    expect(judgeStorm({ count: 100 }, full)).toEqual({
      ...{ name: 'connections held, median', asked: '100', status: 'within' },
      happened: '20; refused by the server: 500',
    });
  });

  it('outside when no connection was ever held, or this machine could not make them', () => {
    expect(status({ heldMedian: 0, heldMost: 0, refused: 500 })).toBe('outside');
    expect(status({ heldMedian: 20, pressedShare: 0.2, failed: 70, failure: 'EADDRNOTAVAIL' })).toBe(
      'outside',
    );
  });

  it('unmeasured when nobody looked', () => {
    expect(judgeStorm({ count: 100 }, null).status).toBe('unmeasured');
    expect(judgeStorm({ count: 100 }, { ...seen, heldMedian: null }).status).toBe('unmeasured');
  });
});

it('a storm that would take the last descriptors is refused before it begins', () => {
  expect(() => refuseBeyond(700, 100, 1_000)).not.toThrow();
  expect(() => refuseBeyond(701, 100, 1_000)).toThrow(/701 connections besides the 100 descriptors/);
});
