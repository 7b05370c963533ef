import { describe, expect, it } from 'vitest';
import { Observation } from '../../../src/proxy/observation.ts';
import { observationWindowSchema, observeWindow } from '../../../src/proxy/observation-window.ts';
import { ToxicChain } from '../../../src/proxy/toxic-chain.ts';
import { fakeScheduler } from '../../support/fake-scheduler.ts';

function setUp() {
  const scheduler = fakeScheduler(10_000_000);
  const observation = new Observation(scheduler);
  const toxics = new ToxicChain(scheduler, () => observation.cut());
  const look = (sinceMicros?: number, untilMicros?: number) => {
    const nowMicros = scheduler.nowMicros();
    const request = { nowMicros, sinceMicros, untilMicros, openConnections: 0 };
    return observationWindowSchema.parse(observeWindow(observation, toxics.lives(), request));
  };
  return { scheduler, observation, toxics, look };
}

describe('what the proxy saw', () => {
  it('adds up everything there was, by direction', () => {
    const { observation, look } = setUp();
    observation.connected();
    observation.read('upstream', 10);
    observation.delivered('upstream', 10, null);
    observation.read('downstream', 30);
    observation.read('downstream', 30);
    observation.delivered('downstream', 30, 5);
    observation.reset();
    const seen = look();
    expect(seen).toMatchObject({ connections: 1, resets: 1, refused: 0, complete: true });
    expect(seen.upstream).toEqual({
      ...{ chunks: 1, bytesIn: 10, bytesOut: 10, addedDelayMicros: null },
      ...{ heldMicros: 0, ends: 0, endDelayMicros: null },
    });
    expect(seen.downstream).toMatchObject({ chunks: 2, bytesIn: 60, bytesOut: 30 });
    expect(seen.addedDelayMicros).toEqual({ p50: 5, p99: 5, count: 1 });
  });

  it('adds up how long data was held, who was closed, and how late ends came', () => {
    const { scheduler, observation, look } = setUp();
    observation.delivered('downstream', 5, 40_000, 40_000);
    observation.endRead('downstream');
    scheduler.advance(300);
    observation.delivered('downstream', 5, 40_000, 2_000);
    observation.endRead('downstream');
    observation.endDelivered('downstream', 100);
    observation.closed();
    const seen = look();
    expect(seen.closes).toBe(1);
    expect(seen.upstream).toMatchObject({ heldMicros: 0, ends: 0, endDelayMicros: null });
    expect(seen.downstream).toMatchObject({ heldMicros: 42_000, ends: 2 });
    expect(seen.downstream.endDelayMicros).toEqual({ p50: 100, p99: 100, count: 1 });
  });

  it('leaves ends that a removal lets go out of the time of the toxic', () => {
    const { scheduler, observation, toxics, look } = setUp();
    const toxic = toxics.add({ type: 'slow_close', name: 'late', attributes: { delay: 200 } });
    scheduler.advance(900);
    for (let turn = 0; turn < 3; turn += 1) observation.endDelivered('downstream', 200_000);
    toxics.remove('late');
    // At the very moment of the removal, after the cut, as connections are brought in step.
    for (let turn = 0; turn < 5; turn += 1) observation.endDelivered('downstream', 3_000);
    scheduler.advance(900);
    const during = look(toxic.addedAtMicros, toxic.removedAtMicros ?? NaN);
    expect(during.downstream.endDelayMicros).toMatchObject({ count: 3 });
    expect(during.downstream.endDelayMicros?.p50).toBeGreaterThan(190_000);
    expect(look().downstream.endDelayMicros).toMatchObject({ count: 8 });
  });

  it('tells before, during and after a toxic apart exactly', () => {
    const { scheduler, observation, toxics, look } = setUp();
    observation.read('upstream', 1);
    scheduler.advance(10);
    toxics.add({ type: 'latency', name: 't' });
    const effectMicros = scheduler.nowMicros();
    observation.read('upstream', 20);
    scheduler.advance(10);
    toxics.remove('t');
    const clearMicros = scheduler.nowMicros();
    observation.read('upstream', 300);
    scheduler.advance(1000);
    expect(look(effectMicros - 10_000_000, effectMicros).upstream.bytesIn).toBe(1);
    expect(look(effectMicros, clearMicros).upstream.bytesIn).toBe(20);
    expect(look(clearMicros, scheduler.nowMicros()).upstream.bytesIn).toBe(300);
  });

  it('bears edges that are told a little late, as a client over HTTP does', () => {
    const { scheduler, observation, toxics, look } = setUp();
    observation.read('upstream', 1);
    scheduler.advance(10);
    toxics.add({ type: 'latency', name: 't' });
    const toldMicros = scheduler.nowMicros() + 3000;
    observation.read('upstream', 20);
    scheduler.advance(100);
    toxics.remove('t');
    const clearedMicros = scheduler.nowMicros() + 3000;
    scheduler.advance(3);
    observation.read('upstream', 300);
    scheduler.advance(1);
    expect(look(toldMicros, clearedMicros).upstream.bytesIn).toBe(20);
  });

  it('lists activity over time, without empty stretches', () => {
    const { scheduler, observation, look } = setUp();
    observation.connected();
    scheduler.advance(5000);
    observation.read('upstream', 7);
    const { slices } = look();
    expect(slices.map(({ connections, bytesUp }) => [connections, bytesUp])).toEqual([
      [1, 0],
      [0, 7],
    ]);
    expect(slices.every(({ startMicros, endMicros }) => endMicros - startMicros <= 250_000)).toBe(true);
  });

  it('forgets after five minutes, and says so', () => {
    const { scheduler, observation, look } = setUp();
    const startMicros = scheduler.nowMicros();
    observation.connected();
    scheduler.advance(400_000);
    observation.connected();
    const seen = look(startMicros);
    expect([seen.connections, seen.complete]).toEqual([1, false]);
    expect(look(scheduler.nowMicros() - 300_000_000).complete).toBe(true);
  });

  it('keeps what it counted longer ago, from a change on', () => {
    const { scheduler, observation, toxics, look } = setUp();
    observation.read('upstream', 1);
    scheduler.advance(10);
    const toxic = toxics.add({ type: 'latency', name: 't' });
    for (let turn = 0; turn < 3; turn += 1) {
      observation.connected();
      observation.read('upstream', 20);
      observation.delivered('upstream', 15, 50 * turn, 7);
      observation.endRead('upstream');
      observation.endDelivered('upstream', 5);
      observation.reset();
      observation.closed();
      scheduler.advance(180_000);
    }
    const marked = toxics.add({ type: 'latency', name: 'second', stream: 'upstream' });
    observation.connected();
    scheduler.advance(400_000);
    toxics.remove('t');
    observation.read('upstream', 300);
    const seen = look(Math.floor(toxic.addedAtMicros), Math.ceil(toxic.removedAtMicros ?? NaN));
    expect(seen).toMatchObject({
      complete: false,
      connections: 0,
      toxics: [{ name: 't' }, { name: 'second' }],
    });
    expect(seen.whole).toMatchObject({
      ...{ sinceMicros: toxic.addedAtMicros, untilMicros: toxic.removedAtMicros },
      ...{ connections: 4, refused: 0, resets: 3, closes: 3 },
      upstream: {
        chunks: 3,
        bytesIn: 60,
        bytesOut: 45,
        heldMicros: 21,
        ends: 3,
        endDelayMicros: { count: 3 },
      },
    });
    expect(seen.whole?.upstream.addedDelayMicros).toMatchObject({ p50: 50, p99: 100, count: 3 });
    expect(look(marked.addedAtMicros, scheduler.nowMicros()).whole).toMatchObject({ connections: 1 });
  });

  it('does not tell a part of what it has added up', () => {
    const { scheduler, observation, look } = setUp();
    const startMicros = scheduler.nowMicros();
    observation.connected();
    scheduler.advance(60_000);
    observation.connected();
    scheduler.advance(400_000);
    observation.connected();
    expect(look(startMicros).whole).toMatchObject({ connections: 3 });
    expect(look(startMicros + 30_000_000).whole).toBeNull();
    expect(look(startMicros, startMicros + 30_000_000).whole).toBeNull();
    expect(look(startMicros + 100_000_000).whole).toMatchObject({ connections: 1 });
    expect(look(startMicros - 1_000_000).whole).toBeNull();
  });

  it('forgets the oldest where toxics change all the time, and says so', () => {
    const { scheduler, observation, look } = setUp();
    const startMicros = scheduler.nowMicros();
    for (let turn = 0; turn < 1_500; turn += 1) {
      observation.cut();
      observation.connected();
      scheduler.advance(1_000);
    }
    expect(look(startMicros).whole).toBeNull();
    expect(look(startMicros + 500_000_000).whole).toMatchObject({ connections: 1_000 });
  });

  it('does not know how many were refused while the port was closed', () => {
    const { scheduler, observation, look } = setUp();
    const startMicros = scheduler.nowMicros();
    scheduler.advance(1000);
    observation.disabled(false);
    const downMicros = scheduler.nowMicros();
    scheduler.advance(1000);
    observation.enabled();
    scheduler.advance(1000);
    expect(look().refused).toBeNull();
    expect(look(startMicros, downMicros - 1).refused).toBe(0);
    expect(look().outages).toEqual([{ downAtMicros: downMicros, upAtMicros: downMicros + 1_000_000 }]);
  });

  it('counts those refused while the port was kept', () => {
    const { observation, look } = setUp();
    observation.disabled(true);
    observation.refused();
    observation.refused();
    expect(look()).toMatchObject({ refused: 2, connections: 0 });
  });

  it('keeps the lives of toxics that are gone', () => {
    const { scheduler, toxics, look } = setUp();
    toxics.add({ type: 'latency', name: 't', toxicity: 0.5 });
    scheduler.advance(100);
    toxics.remove('t');
    scheduler.advance(100);
    const [life] = look().toxics;
    expect(life).toMatchObject({ name: 't', type: 'latency', toxicity: 0.5, connections: 0, affected: 0 });
    expect((life?.removedAtMicros ?? 0) - (life?.addedAtMicros ?? 0)).toBe(100_000);
    expect(look(scheduler.nowMicros() - 50_000).toxics).toEqual([]);
  });
});
