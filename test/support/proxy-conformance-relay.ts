// Conformance of what becomes of the bytes: relaying, and each toxic's effect.

import { expect } from 'vitest';
import { dial, portOf, sleepMs } from './proxy-loopback.ts';
import { addToxic, dialProxy, openProxy, type ConformanceCase } from './proxy-world.ts';

export const relayCases: readonly ConformanceCase[] = [
  {
    says: 'relays both ways, also megabytes',
    run: async (world) => {
      const client = await dialProxy(world);
      const text = '0123456789abcdef'.repeat(128 * 1024);
      await client.roundTripMs(text);
      expect(client.received() === text).toBe(true);
      client.socket.destroy();
    },
  },
  {
    says: 'closes the client when the upstream cannot be reached',
    run: async (world) => {
      const { listen } = await openProxy(world, { upstream: '127.0.0.1:1' });
      const client = await dial(portOf(listen));
      await client.until(({ state }) => state() === 'ended' || state() === 'ECONNRESET');
      client.socket.destroy();
    },
  },
  {
    says: 'delays by latency, on open connections as well, and no longer once it is removed',
    run: async (world) => {
      const client = await dialProxy(world);
      const before = await client.roundTripMs('a');
      await addToxic(world, { type: 'latency', name: 't', attributes: { latency: 300 } });
      const during = await client.roundTripMs('b');
      await world.api('DELETE', `/proxies/${world.name}/toxics/t`);
      const after = await client.roundTripMs('c');
      expect(client.received()).toBe('abc');
      expect(during).toBeGreaterThan(250);
      expect(during).toBeLessThan(1500);
      expect(Math.max(before, after)).toBeLessThan(during / 2);
      client.socket.destroy();
    },
  },
  {
    says: 'adds up the latency of both streams',
    run: async (world) => {
      const latency = { type: 'latency', attributes: { latency: 150 } };
      const client = await dialProxy(world, [latency, { ...latency, stream: 'upstream' }]);
      const took = await client.roundTripMs('a');
      expect(took).toBeGreaterThan(270);
      expect(took).toBeLessThan(1500);
      client.socket.destroy();
    },
  },
  {
    says: 'flushes what a latency holds when it is removed',
    run: async (world) => {
      const client = await dialProxy(world, [
        { type: 'latency', name: 't', attributes: { latency: 60_000 } },
      ]);
      client.socket.write('a');
      await sleepMs(50);
      client.socket.write('b');
      await sleepMs(50);
      expect(client.received()).toBe('');
      expect((await world.api('DELETE', `/proxies/${world.name}/toxics/t`)).status).toBe(204);
      await client.until(({ received }) => received() === 'ab');
      client.socket.destroy();
    },
  },
  {
    says: 'leaves connections alone that the toxicity spares',
    run: async (world) => {
      const client = await dialProxy(world, [{ type: 'timeout', toxicity: 0 }]);
      await client.roundTripMs('a');
      expect(client.received()).toBe('a');
      client.socket.destroy();
    },
  },
  {
    says: 'drops data and closes after a timeout',
    run: async (world) => {
      const client = await dialProxy(world, [{ type: 'timeout', attributes: { timeout: 200 } }]);
      client.socket.write('a');
      const took = await client.until(({ state }) => state() !== 'open');
      expect([client.received(), client.state()]).toEqual(['', 'ended']);
      expect(took).toBeGreaterThan(120);
      client.socket.destroy();
    },
  },
  {
    says: 'never closes with a timeout of 0, until it is removed',
    run: async (world) => {
      const client = await dialProxy(world, [{ type: 'timeout', name: 't' }]);
      client.socket.write('a');
      await sleepMs(300);
      expect([client.received(), client.state()]).toEqual(['', 'open']);
      await world.api('DELETE', `/proxies/${world.name}/toxics/t`);
      await client.until(({ state }) => state() === 'ended');
      expect(client.received()).toBe('');
      client.socket.destroy();
    },
  },
  {
    says: 'resets connections at their first data',
    run: async (world) => {
      for (const stream of ['upstream', 'downstream']) {
        const inner = { ...world, name: `${world.name}-${stream}` };
        const client = await dialProxy(inner, [{ type: 'reset_peer', stream }]);
        await sleepMs(100);
        expect(client.state()).toBe('open');
        client.socket.write('a');
        await client.until(({ state }) => state() !== 'open');
        expect([client.state(), client.received()]).toEqual(['ECONNRESET', '']);
      }
    },
  },
  {
    says: 'refuses while disabled, closes what is open, keeps its port and its toxics',
    run: async (world) => {
      const { listen } = await openProxy(world);
      await addToxic(world, { type: 'latency', name: 't', attributes: { latency: 100 } });
      const open = await dial(portOf(listen));
      await open.roundTripMs('a');
      const off = await world.api('PATCH', `/proxies/${world.name}`, { enabled: false });
      expect(off.json).toMatchObject({ enabled: false, listen, toxics: [{ name: 't' }] });
      await open.until(({ state }) => state() !== 'open');
      expect((await dial(portOf(listen))).state()).toBe('ECONNREFUSED');
      await world.api('PATCH', `/proxies/${world.name}`, { enabled: true });
      const again = await dial(portOf(listen));
      expect(await again.roundTripMs('b')).toBeGreaterThan(70);
      expect(again.received()).toBe('b');
      open.socket.destroy();
      again.socket.destroy();
    },
  },
  {
    says: 'closes what is open when it is pointed elsewhere',
    run: async (world) => {
      const client = await dialProxy(world);
      await client.roundTripMs('a');
      await world.api('PATCH', `/proxies/${world.name}`, { upstream: '127.0.0.1:1' });
      await client.until(({ state }) => state() !== 'open');
      client.socket.destroy();
    },
  },
];
