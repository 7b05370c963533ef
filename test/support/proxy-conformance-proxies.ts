// Conformance of the API's routes about proxies.

import { expect, vi } from 'vitest';
import { dial, portOf } from './proxy-loopback.ts';
import {
  addToxic,
  exactly,
  expectError,
  loopback,
  openProxy,
  refuses,
  type ConformanceCase,
  type ProxyJson,
} from './proxy-world.ts';

export const proxyCases: readonly ConformanceCase[] = [
  {
    says: 'GET /metrics counts bytes received and sent by proxy, direction and address, also of proxies that are gone',
    run: async (world) => {
      const { listen } = await openProxy(world);
      const client = await dial(portOf(listen));
      await client.roundTripMs('twelve bytes');
      client.socket.end();
      const labels = (direction: string): string =>
        `{direction="${direction}",listener="${listen}",proxy="${world.name}",upstream="${world.upstream}"}`;
      const all = ['upstream', 'downstream'].flatMap((direction) =>
        ['received', 'sent'].map((what) => `toxiproxy_proxy_${what}_bytes_total${labels(direction)} 12\n`),
      );
      const counted = async (): Promise<void> => {
        const { status, text } = await world.api('GET', '/metrics');
        expect(status).toBe(200);
        for (const line of all) expect(text).toContain(line);
        expect(text).toContain('# TYPE toxiproxy_proxy_received_bytes_total counter\n');
      };
      await vi.waitFor(counted, { timeout: 5_000 });
      await world.api('DELETE', `/proxies/${world.name}`);
      await counted();
    },
  },
  {
    says: 'tells its version as an object',
    run: async ({ api }) => {
      const answer = await api('GET', '/version');
      expect([answer.status, typeof (answer.json as { version: unknown }).version]).toEqual([200, 'string']);
    },
  },
  {
    says: 'answers 404 to unknown paths and 405 to wrong methods',
    run: async ({ api }) => {
      expect((await api('GET', '/nope')).status).toBe(404);
      expect((await api('GET', '/proxies/')).status).toBe(404);
      for (const [method, path] of [
        ['DELETE', '/proxies'],
        ['PUT', '/version'],
        ['GET', '/reset'],
        ['GET', '/populate'],
      ] as const) {
        expect((await api(method, path)).status, `${method} ${path}`).toBe(405);
      }
    },
  },
  {
    says: 'keeps a name that is no text, as the sign for what cannot be read',
    run: async (world) => {
      const name = `${world.name}\uD800`;
      const listen = '127.0.0.1:0';
      const made = await world.api('POST', '/proxies', { name, listen, upstream: world.upstream });
      expect([made.status, (made.json as ProxyJson).name]).toEqual([201, `${world.name}\uFFFD`]);
      const path = `/proxies/${encodeURIComponent(`${world.name}\uFFFD`)}`;
      expect((await world.api('DELETE', path)).status).toBe(204);
    },
  },
  {
    says: 'refuses browsers',
    run: async ({ api }) => {
      const answer = await api('GET', '/version', undefined, { 'user-agent': 'Mozilla/5.0 (X11)' });
      expect([answer.status, answer.text]).toEqual([403, 'User agent not allowed\n']);
    },
  },
  {
    says: 'creates a proxy, enabled unless told otherwise, and gives back the address it listens on',
    run: async (world) => {
      const made = await openProxy(world);
      expect(made).toMatchObject({ name: world.name, upstream: world.upstream, enabled: true, toxics: [] });
      expect(made.listen).toMatch(/^127\.0\.0\.1:[1-9]\d*$/);
      const shown = await world.api('GET', `/proxies/${world.name}`);
      expect([shown.status, shown.json]).toEqual([200, made]);
      const all = (await world.api('GET', '/proxies')).json as Record<string, unknown>;
      expect(all[world.name]).toEqual(made);
    },
  },
  {
    says: 'reads keys in any case, ignores unknown ones, whatever the content type says',
    run: async ({ api, name, upstream }) => {
      const body = JSON.stringify({
        NAME: name,
        Upstream: upstream,
        LISTEN: 'localhost:0',
        colour: 'blue',
        enabled: null,
      });
      const answer = await api('POST', '/proxies', body, { 'content-type': 'text/plain' });
      expect(answer.status).toBe(201);
      expect(answer.json).toMatchObject({ name, upstream, enabled: true });
      expect((answer.json as ProxyJson).listen).toMatch(/^127\.0\.0\.1:\d+$/);
    },
  },
  {
    says: 'words what is wrong with a proxy',
    run: async (world) => {
      await openProxy(world);
      await refuses(world, '/proxies', [
        ['', 400, exactly('bad request body: EOF')],
        ['x', 400, /^bad request body: /],
        ['[]', 400, /^bad request body: /],
        ['null', 400, exactly('missing required field: name')],
        ['{}', 400, exactly('missing required field: name')],
        [{ name: 5 }, 400, /^bad request body: /],
        [{ name: 'other' }, 400, exactly('missing required field: upstream')],
        [{ name: world.name, upstream: world.upstream }, 409, exactly('proxy already exists')],
      ]);
      expectError(await world.api('GET', '/proxies/none'), 404, exactly('proxy not found'));
      expectError(await world.api('DELETE', '/proxies/none'), 404, exactly('proxy not found'));
      expectError(await world.api('POST', '/proxies/none', {}), 404, exactly('proxy not found'));
    },
  },
  {
    says: 'answers 500 with the reason when it cannot listen, and then has no such proxy',
    run: async (world) => {
      const { listen } = await openProxy(world);
      const wanted = `${world.name}-2`;
      for (const [address, error] of [
        [listen, exactly(`listen tcp ${listen}: bind: address already in use`)],
        ['bad', exactly('listen tcp: address bad: missing port in address')],
        ['127.0.0.1:99999', exactly('listen tcp: address 99999: invalid port')],
        ['203.0.113.7:0', exactly('listen tcp 203.0.113.7:0: bind: cannot assign requested address')],
      ] as const) {
        const answer = await world.api('POST', '/proxies', {
          name: wanted,
          upstream: world.upstream,
          listen: address,
        });
        expectError(answer, 500, error);
      }
      expect((await world.api('GET', `/proxies/${wanted}`)).status).toBe(404);
    },
  },
  {
    says: 'updates a proxy by POST and PATCH: listen, upstream, enabled; never the name',
    run: async (world) => {
      const { listen } = await openProxy(world);
      for (const method of ['POST', 'PATCH']) {
        const off = await world.api(method, `/proxies/${world.name}`, { name: 'other', enabled: false });
        expect(off.status).toBe(200);
        expect(off.json).toMatchObject({
          name: world.name,
          listen,
          upstream: world.upstream,
          enabled: false,
        });
        const on = await world.api(method, `/proxies/${world.name}`, {
          upstream: '127.0.0.1:1',
          enabled: true,
        });
        expect(on.json).toMatchObject({ listen, upstream: '127.0.0.1:1', enabled: true });
        await world.api(method, `/proxies/${world.name}`, { upstream: world.upstream });
      }
      expectError(
        await world.api('PATCH', `/proxies/${world.name}`, { enabled: 'yes' }),
        400,
        /^bad request body: /,
      );
    },
  },
  {
    says: 'deletes a proxy, after which its port refuses',
    run: async (world) => {
      const { listen } = await openProxy(world);
      const answer = await world.api('DELETE', `/proxies/${world.name}`);
      expect([answer.status, answer.text]).toEqual([204, '']);
      expect((await world.api('GET', `/proxies/${world.name}`)).status).toBe(404);
      expect((await dial(portOf(listen))).state()).toBe('ECONNREFUSED');
    },
  },
  {
    says: 'populates: leaves the same alone, replaces what differs, checks all before it begins',
    run: async (world) => {
      const made = await openProxy(world);
      await addToxic(world, { type: 'latency', name: 't' });
      const same = { name: world.name, upstream: world.upstream, listen: made.listen };
      const untouched = await world.api('POST', '/populate', [{ ...same, enabled: false }]);
      expect(untouched.status).toBe(201);
      expect(untouched.json).toMatchObject({
        proxies: [{ name: world.name, enabled: true, toxics: [{ name: 't' }] }],
      });
      const replaced = await world.api('POST', '/populate', [{ ...same, upstream: '127.0.0.1:1' }]);
      expect(replaced.json).toMatchObject({
        proxies: [{ upstream: '127.0.0.1:1', listen: made.listen, toxics: [] }],
      });
      await refuses(world, '/populate', [
        ['', 400, exactly('bad request body: EOF')],
        ['{}', 400, /^bad request body: /],
        [[same, { name: 'x' }], 400, exactly('missing required field: upstream at proxy 2')],
        [[{ upstream: 'x:1' }], 400, exactly('missing required field: name at proxy 1')],
      ]);
    },
  },
  {
    says: 'stops populating at the first failure and names what was made',
    run: async (world) => {
      const { listen } = await openProxy(world);
      const entry = (name: string, at: string): object => ({
        name: `${world.name}-${name}`,
        upstream: world.upstream,
        listen: at,
      });
      const list = [entry('good', loopback), entry('bad', listen), entry('never', loopback)];
      const answer = await world.api('POST', '/populate', list);
      expectError(answer, 500, 'address already in use');
      expect(answer.json).toMatchObject({ proxies: [{ name: `${world.name}-good` }] });
      expect((answer.json as { proxies: unknown[] }).proxies).toHaveLength(1);
      expect((await world.api('GET', `/proxies/${world.name}-never`)).status).toBe(404);
    },
  },
  {
    says: 'resets: enables every proxy and removes every toxic',
    run: async (world) => {
      await openProxy(world);
      await addToxic(world, { type: 'timeout' });
      await world.api('PATCH', `/proxies/${world.name}`, { enabled: false });
      const answer = await world.api('POST', '/reset', 'anything');
      expect([answer.status, answer.text]).toEqual([204, '']);
      expect((await world.api('GET', `/proxies/${world.name}`)).json).toMatchObject({
        enabled: true,
        toxics: [],
      });
    },
  },
];
