// Conformance of the API's routes about toxics.

import { expect } from 'vitest';
import {
  addToxic,
  exactly,
  expectError,
  openProxy,
  refuses,
  type ConformanceCase,
  type ProxyJson,
  type ToxicJson,
} from './proxy-world.ts';

export const toxicCases: readonly ConformanceCase[] = [
  {
    says: 'creates toxics with their defaults',
    run: async (world) => {
      await openProxy(world);
      const path = `/proxies/${world.name}/toxics`;
      for (const [type, attributes] of [
        ['latency', { latency: 0, jitter: 0 }],
        ['bandwidth', { rate: 0 }],
        ['slow_close', { delay: 0 }],
        ['timeout', { timeout: 0 }],
        ['reset_peer', { timeout: 0 }],
        ['slicer', { average_size: 10, size_variation: 0, delay: 0 }],
        ['limit_data', { bytes: 0 }],
      ] as const) {
        // The one attribute without a default that both take.
        const given = 'average_size' in attributes ? { average_size: 10 } : undefined;
        const answer = await world.api('POST', path, { type, attributes: given });
        const stream = 'downstream';
        const expected = { attributes, name: `${type}_downstream`, type, stream, toxicity: 1 };
        expect([answer.status, answer.json]).toEqual([200, expected]);
        expect((await world.api('GET', `${path}/${type}_downstream`)).json).toEqual(expected);
      }
    },
  },
  {
    says: 'words what is wrong with a toxic, in this order: stream, type, name, attributes',
    run: async (world) => {
      await openProxy(world);
      await addToxic(world, { type: 'latency', name: 't' });
      const noType = exactly('invalid toxic type');
      const noStream = exactly('stream was invalid, can be either upstream or downstream');
      await refuses(world, '/proxies/{name}/toxics', [
        ['', 400, exactly('bad request body: EOF')],
        ['{', 400, /^bad request body: /],
        [{}, 400, noType],
        [{ type: 'nope', stream: 'side' }, 400, noStream],
        [{ type: 'nope', name: 't' }, 400, noType],
        [{ type: 'down' }, 400, noType],
        [{ type: 'latency', name: 't', attributes: { latency: 'x' } }, 409, exactly('toxic already exists')],
        [{ type: 'timeout', stream: 'upstream', name: 't' }, 409, exactly('toxic already exists')],
        [{ type: 'latency', attributes: { latency: '5' } }, 400, /^bad request body: /],
        [{ type: 'latency', attributes: { latency: 1.5 } }, 400, /^bad request body: /],
        [{ type: 'latency', attributes: [] }, 400, /^bad request body: /],
        [{ type: 'bandwidth', attributes: { rate: '1' } }, 400, /^bad request body: /],
        [{ type: 'slow_close', attributes: { delay: 1.5 } }, 400, /^bad request body: /],
        [{ type: 'slicer', attributes: { average_size: true } }, 400, /^bad request body: /],
        [{ type: 'limit_data', attributes: { bytes: [] } }, 400, /^bad request body: /],
      ]);
      const path = `/proxies/${world.name}/toxics`;
      expectError(await world.api('GET', `${path}/none`), 404, exactly('toxic not found'));
      expectError(await world.api('POST', `${path}/none`, {}), 404, exactly('toxic not found'));
      expectError(await world.api('DELETE', `${path}/none`), 404, exactly('toxic not found'));
      expectError(await world.api('POST', '/proxies/none/toxics', {}), 404, exactly('proxy not found'));
      expectError(
        await world.api('PATCH', `${path}/t`, { attributes: { latency: 'x' } }),
        400,
        /^bad request body: /,
      );
      expect((await world.api('PUT', `${path}/t`, {})).status).toBe(405);
    },
  },
  {
    says: 'updates only attributes and toxicity of a toxic, and merges attributes',
    run: async (world) => {
      await openProxy(world);
      await addToxic(world, {
        type: 'latency',
        name: 't',
        attributes: { LATENCY: 5, Jitter: 2, colour: 'blue' },
      });
      const path = `/proxies/${world.name}/toxics/t`;
      const all = {
        attributes: { latency: 9 },
        toxicity: 0.25,
        stream: 'upstream',
        name: 'other',
        type: 'timeout',
      };
      const expected = {
        attributes: { latency: 9, jitter: 2 },
        name: 't',
        type: 'latency',
        stream: 'downstream',
      };
      expect((await world.api('PATCH', path, all)).json).toEqual({ ...expected, toxicity: 0.25 });
      expect((await world.api('POST', path, { toxicity: 0.5 })).json).toEqual({ ...expected, toxicity: 0.5 });
    },
  },
  {
    says: 'updates every attribute of every type, one at a time, to any whole number that fits',
    run: async (world) => {
      await openProxy(world);
      for (const [type, attributes] of [
        ['latency', { latency: 1, jitter: 2 }],
        ['bandwidth', { rate: 3_000_000_000 }],
        ['slow_close', { delay: 4 }],
        ['timeout', { timeout: 5 }],
        ['reset_peer', { timeout: 6 }],
        ['slicer', { average_size: 100_000, size_variation: 50_000, delay: 7 }],
        ['limit_data', { bytes: 5_000_000_000 }],
      ] as const) {
        const sane = type === 'slicer' ? { average_size: 60_000 } : {};
        await addToxic(world, { type, name: type, attributes: sane });
        const path = `/proxies/${world.name}/toxics/${type}`;
        for (const [key, value] of Object.entries(attributes)) {
          const answer = await world.api('PATCH', path, { attributes: { [key.toUpperCase()]: value } });
          expect(answer.json, answer.text).toMatchObject({ attributes: { [key]: value } });
        }
        expect((await world.api('GET', path)).json).toMatchObject({ type, attributes });
      }
    },
  },
  {
    says: 'lists upstream toxics first, then downstream, each in order of insertion',
    run: async (world) => {
      await openProxy(world);
      for (const [name, stream] of [
        ['z', 'downstream'],
        ['y', 'upstream'],
        ['x', 'downstream'],
        ['w', 'upstream'],
      ]) {
        await addToxic(world, { type: 'latency', name, stream });
      }
      const listed = (await world.api('GET', `/proxies/${world.name}/toxics`)).json as ToxicJson[];
      expect(listed.map((toxic) => toxic.name)).toEqual(['y', 'w', 'z', 'x']);
      expect(((await world.api('GET', `/proxies/${world.name}`)).json as ProxyJson).toxics).toEqual(listed);
      const removed = await world.api('DELETE', `/proxies/${world.name}/toxics/z`);
      expect([removed.status, removed.text]).toEqual([204, '']);
    },
  },
];
