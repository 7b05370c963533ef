import { describe, expect, it } from 'vitest';
import { ToxicChain } from '../../../src/proxy/toxic-chain.ts';
import { fakeScheduler } from '../../support/fake-scheduler.ts';

function setUp() {
  const scheduler = fakeScheduler();
  let changes = 0;
  const chain = new ToxicChain(scheduler, () => {
    changes += 1;
  });
  return { scheduler, chain, names: () => chain.list().map(({ name }) => name), changes: () => changes };
}

describe('the toxics of a proxy', () => {
  it('remove themselves when their time to live is over', () => {
    const { scheduler, chain, names, changes } = setUp();
    chain.add({ type: 'latency', name: 'short', ttlMs: 500 });
    chain.add({ type: 'latency', name: 'stays' });
    scheduler.advance(499);
    expect(names()).toEqual(['short', 'stays']);
    scheduler.advance(1);
    expect(names()).toEqual(['stays']);
    expect(changes()).toBe(3);
    expect(scheduler.pending()).toBe(0);
  });

  it('live on from an update, for as long again or as it says', () => {
    const { scheduler, chain, names } = setUp();
    chain.add({ type: 'latency', name: 't', ttlMs: 500 });
    scheduler.advance(400);
    chain.update('t', { toxicity: 0.5 });
    scheduler.advance(400);
    chain.update('t', { ttlMs: 100 });
    scheduler.advance(99);
    expect(names()).toEqual(['t']);
    scheduler.advance(1);
    expect(names()).toEqual([]);
  });

  it('do not remove a namesake that came after them', () => {
    const { scheduler, chain, names } = setUp();
    chain.add({ type: 'latency', name: 't', ttlMs: 500 });
    chain.remove('t');
    chain.add({ type: 'latency', name: 't' });
    scheduler.advance(1000);
    expect(names()).toEqual(['t']);
  });

  it('stay as they are when an update is refused', () => {
    const { chain } = setUp();
    chain.add({ type: 'latency', name: 't', attributes: { latency: 5 } });
    expect(() => chain.update('t', { attributes: { latency: 7, jitter: -1 } })).toThrow(
      'jitter must be between',
    );
    expect(chain.get('t').settings.attributes).toEqual({ latency: 5, jitter: 0 });
  });

  it('refuse values out of range', () => {
    const { chain, names } = setUp();
    for (const body of [
      { type: 'latency', attributes: { latency: -1 } },
      { type: 'latency', attributes: { latency: 1e300 } },
      { type: 'latency', toxicity: 1.01 },
      { type: 'latency', toxicity: -0.5 },
      { type: 'latency', ttlMs: 0 },
      { type: 'latency', ttlMs: 1.5 },
    ]) {
      expect(() => chain.add(body), JSON.stringify(body)).toThrow(/^bad request body: \w+ must be/);
    }
    expect(names()).toEqual([]);
  });
});
