// What a load thread plays to itself before the start: it reaches nobody else, counts nowhere, and leaves nothing open.

import { describe, expect, it } from 'vitest';
import { rehearse } from '../../src/run/rehearsal.ts';
import { request } from 'undici';

describe('rehearse', () => {
  it('plays a plan to a server of its own, which is gone afterwards', async () => {
    let url = '';
    await rehearse(async (plan) => {
      url = plan.addresses.http ?? '';
      const { statusCode, body } = await request(url);
      expect(statusCode).toBe(200);
      expect(await body.json()).toEqual({ ok: true });
      expect(new URL(url).hostname).toBe('127.0.0.1');
      expect(plan.allow).toEqual([]);
      expect(plan.env).toEqual({});
    });
    await expect(request(url)).rejects.toThrow(/ECONNREFUSED/);
  });

  it('never keeps a load from starting', async () => {
    await expect(rehearse(() => Promise.reject(new Error('no loopback')))).resolves.toBeUndefined();
  });
});
