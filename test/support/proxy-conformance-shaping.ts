// Conformance of the toxics that shape a stream: its rate, its pieces, its length and its end.

import { expect } from 'vitest';
import { dial, portOf, sleepMs } from './proxy-loopback.ts';
import { addToxic, dialProxy, openProxy, type ConformanceCase, type World } from './proxy-world.ts';

const path = (world: World): string => `/proxies/${world.name}/toxics/t`;
const text = (length: number): string => '0123456789abcdef'.repeat(length / 16);

/** Changes toxic `t` under a case. */
async function update(world: World, attributes: object): Promise<void> {
  expect((await world.api('PATCH', path(world), { attributes })).status).toBe(200);
}

async function remove(world: World): Promise<void> {
  expect((await world.api('DELETE', path(world))).status).toBe(204);
}

const bandwidthCases: readonly ConformanceCase[] = [
  {
    says: 'holds each connection to a bandwidth of its own, in either stream',
    run: async (world) => {
      for (const stream of ['upstream', 'downstream']) {
        const inner = { ...world, name: `${world.name}-${stream}` };
        const { listen } = await openProxy(inner);
        await addToxic(inner, { type: 'bandwidth', stream, attributes: { rate: 100 } });
        const clients = await Promise.all([dial(portOf(listen)), dial(portOf(listen))]);
        const together = (): Promise<number[]> =>
          Promise.all(clients.map((client) => client.roundTripMs(text(48_000))));
        // 480 ms each; 960 ms if they shared it, each time. A stall of this machine is over the next time.
        const quicker = [Math.min(...(await together())), Math.min(...(await together()))];
        expect(Math.min(...quicker)).toBeGreaterThan(400);
        expect(Math.min(...quicker)).toBeLessThan(900);
        for (const { received, socket } of clients) {
          expect(received() === text(48_000) + text(48_000)).toBe(true);
          socket.destroy();
        }
      }
    },
  },
  {
    says: 'stalls at a bandwidth of 0, and releases everything when it is removed',
    run: async (world) => {
      const client = await dialProxy(world, [{ type: 'bandwidth', name: 't' }]);
      client.socket.write(text(8_000));
      await sleepMs(300);
      expect([client.received(), client.state()]).toEqual(['', 'open']);
      await remove(world);
      await client.until(({ received }) => received().length === 8_000);
      expect(client.received() === text(8_000)).toBe(true);
      await client.roundTripMs('more');
      client.socket.destroy();
    },
  },
  {
    says: 'releases what a slow bandwidth holds when it is removed',
    run: async (world) => {
      const client = await dialProxy(world, [{ type: 'bandwidth', name: 't', attributes: { rate: 1 } }]);
      client.socket.write(text(48_000));
      await sleepMs(250);
      expect(client.received().length).toBeLessThan(1_000);
      await remove(world);
      await client.until(({ received }) => received().length === 48_000);
      expect(client.received() === text(48_000)).toBe(true);
      client.socket.destroy();
    },
  },
  {
    says: 'applies a new bandwidth to open connections',
    run: async (world) => {
      const client = await dialProxy(world, [{ type: 'bandwidth', name: 't', attributes: { rate: 1 } }]);
      client.socket.write(text(160_000));
      await sleepMs(100);
      await update(world, { rate: 1_000 });
      await client.until(({ received }) => received().length === 160_000);
      await update(world, { rate: 10 });
      expect(await client.roundTripMs(text(4_000))).toBeGreaterThan(300);
      client.socket.destroy();
    },
  },
];

const slowCloseCases: readonly ConformanceCase[] = [
  {
    says: 'delays the end of a stream by slow_close, and no data',
    run: async (world) => {
      const client = await dialProxy(world, [{ type: 'slow_close', attributes: { delay: 400 } }]);
      expect(await client.roundTripMs('a')).toBeLessThan(300);
      client.socket.end();
      expect(await client.until(({ state }) => state() !== 'open')).toBeGreaterThan(350);
      expect([client.received(), client.state()]).toEqual(['a', 'ended']);
    },
  },
  {
    says: 'closes at once when slow_close is removed, and after the new delay when it is updated',
    run: async (world) => {
      const slow = { type: 'slow_close', name: 't', attributes: { delay: 60_000 } };
      for (const change of [remove, (inner: World) => update(inner, { delay: 200 })]) {
        const inner = { ...world, name: `${world.name}-${change.name || 'update'}` };
        const client = await dialProxy(inner, [slow]);
        await client.roundTripMs('a');
        client.socket.end();
        await sleepMs(200);
        expect(client.state()).toBe('open');
        await change(inner);
        await client.until(({ state }) => state() === 'ended');
        expect(client.received()).toBe('a');
      }
    },
  },
];

const slicerCases: readonly ConformanceCase[] = [
  {
    says: 'cuts data into pieces with a delay between them, and changes nothing else',
    run: async (world) => {
      const attributes = { average_size: 100, size_variation: 50, delay: 10_000 };
      const client = await dialProxy(world, [{ type: 'slicer', attributes }]);
      let reads = 0;
      client.socket.on('data', () => (reads += 1));
      // At most 150 bytes each: at least 27 pieces, 26 × 10 ms.
      expect(await client.roundTripMs(text(4_000))).toBeGreaterThan(200);
      expect(client.received() === text(4_000)).toBe(true);
      expect(reads).toBeGreaterThan(5);
      client.socket.destroy();
    },
  },
  {
    says: 'keeps the order of what a slicer holds, through an update and its removal',
    run: async (world) => {
      const slow = {
        ...{ type: 'slicer', name: 't' },
        attributes: { average_size: 1, size_variation: 0, delay: 3_000_000 },
      };
      for (const change of [remove, (inner: World) => update(inner, { delay: 100 })]) {
        const inner = { ...world, name: `${world.name}-${change.name || 'update'}` };
        const client = await dialProxy(inner, [slow]);
        client.socket.write('abcdefgh');
        await client.until(({ received }) => received() !== '');
        client.socket.write('ijkl');
        await sleepMs(200);
        expect(client.received()).toBe('a');
        await change(inner);
        await client.until(({ received }) => received().length === 12);
        expect(client.received()).toBe('abcdefghijkl');
        client.socket.destroy();
      }
    },
  },
];

const limitCases: readonly ConformanceCase[] = [
  {
    says: 'lets exactly limit_data bytes through, per connection, then closes',
    run: async (world) => {
      const { listen } = await openProxy(world);
      await addToxic(world, { type: 'limit_data', attributes: { bytes: 40_000 } });
      for (let turn = 0; turn < 2; turn += 1) {
        const client = await dial(portOf(listen));
        await client.roundTripMs(text(16_000));
        expect(client.state()).toBe('open');
        client.socket.write(text(64_000));
        await client.until(({ state }) => state() !== 'open');
        expect(client.received() === text(16_000) + text(64_000).slice(0, 24_000)).toBe(true);
        expect(client.state()).toBe('ended');
        client.socket.destroy();
      }
    },
  },
  {
    says: 'closes with the last byte of limit_data; a limit of 0 at the first data',
    run: async (world) => {
      const { listen } = await openProxy(world);
      await addToxic(world, { type: 'limit_data', name: 't', attributes: { bytes: 4 } });
      const whole = await dial(portOf(listen));
      whole.socket.write('abcd');
      await whole.until(({ state }) => state() === 'ended');
      expect(whole.received()).toBe('abcd');
      await update(world, { bytes: 0 });
      const none = await dial(portOf(listen));
      await sleepMs(100);
      expect(none.state()).toBe('open');
      none.socket.write('a');
      await none.until(({ state }) => state() === 'ended');
      expect(none.received()).toBe('');
      for (const { socket } of [whole, none]) socket.destroy();
    },
  },
  {
    says: 'goes on counting for limit_data when the limit is updated, from when it came to the connection',
    run: async (world) => {
      const client = await dialProxy(world);
      await client.roundTripMs('before ');
      await addToxic(world, { type: 'limit_data', name: 't', attributes: { bytes: 10 } });
      await client.roundTripMs('abcdef');
      await update(world, { bytes: 8 });
      expect(client.state()).toBe('open');
      client.socket.write('ghij');
      await client.until(({ state }) => state() === 'ended');
      expect(client.received()).toBe('before abcdefgh');
      client.socket.destroy();
    },
  },
  {
    says: 'still takes what limit_data let through past the toxics behind it, and then closes',
    run: async (world) => {
      const client = await dialProxy(world, [
        { type: 'limit_data', attributes: { bytes: 5 } },
        { type: 'latency', attributes: { latency: 300 } },
        { type: 'slow_close', attributes: { delay: 300 } },
      ]);
      client.socket.write('abcdefgh');
      expect(await client.until(({ received }) => received() !== '')).toBeGreaterThan(250);
      expect(client.state()).toBe('open');
      expect(await client.until(({ state }) => state() === 'ended')).toBeGreaterThan(200);
      expect(client.received()).toBe('abcde');
      client.socket.destroy();
    },
  },
  {
    says: 'leaves streams alone that limit_data is removed from in time',
    run: async (world) => {
      const client = await dialProxy(world, [{ type: 'limit_data', name: 't', attributes: { bytes: 10 } }]);
      await client.roundTripMs('abcdef');
      await remove(world);
      await client.roundTripMs(text(16_000));
      expect([client.received().length, client.state()]).toEqual([16_006, 'open']);
      client.socket.destroy();
    },
  },
];

export const shapingCases: readonly ConformanceCase[] = [
  ...bandwidthCases,
  ...slowCloseCases,
  ...slicerCases,
  ...limitCases,
];
