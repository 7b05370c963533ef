// Where proxies of a run may lead, and what a command locks.

import { describe, expect, it } from 'vitest';
import type { FaultLink, ProxyBackend } from '../../../src/faults/fault.ts';
import type { Address } from '../../../src/kernel/ports.ts';
import { guardedLinks } from '../../../src/run/guarded-links.ts';
import { lockNames } from '../../../src/run/lock-names.ts';
import type { TargetSpec } from '../../../src/system/target-spec.ts';

const target = {
  name: 'shop',
  allow: ['db.example'],
  dependencies: { postgres: { kind: 'provide' } },
  clients: { sdk: {} },
} as unknown as TargetSpec;

function fakeBackend(): { backend: ProxyBackend; upstreams: Address[] } {
  const upstreams: Address[] = [];
  const open = (name: string, upstream: Address): Promise<FaultLink> => {
    upstreams.push(upstream);
    return Promise.resolve({
      name,
      upstream,
      listen: { host: '127.0.0.1', port: 1 },
      retarget: (next: Address) => {
        upstreams.push(next);
        return Promise.resolve();
      },
    } as unknown as FaultLink);
  };
  return { backend: { open } as unknown as ProxyBackend, upstreams };
}

describe('proxies of a run', () => {
  it('lead to what is declared, at the address that was checked', async () => {
    const { backend, upstreams } = fakeBackend();
    const links = guardedLinks(backend, { target, pins: { 'db.example': ['203.0.113.5'] } });
    await links.open('postgres', { host: 'db.example', port: 5432 });
    await links.open('sdk', { host: '127.0.0.1', port: 8080 });
    const clients = await links.open('clients', { host: '127.0.0.1', port: 8081 });
    await clients.retarget({ host: '127.0.0.1', port: 8082 });
    expect(upstreams).toEqual([
      { host: '203.0.113.5', port: 5432 },
      { host: '127.0.0.1', port: 8080 },
      { host: '127.0.0.1', port: 8081 },
      { host: '127.0.0.1', port: 8082 },
    ]);
  });

  it('lead nowhere else, neither by name nor by address, at first or later', async () => {
    const { backend, upstreams } = fakeBackend();
    const links = guardedLinks(backend, { target });
    await expect(links.open('redis', { host: '127.0.0.1', port: 1 })).rejects.toMatchObject({
      code: 'UPSTREAM',
    });
    await expect(links.open('postgres', { host: '203.0.113.5', port: 1 })).rejects.toMatchObject({
      code: 'HOST_NOT_ALLOWED',
    });
    const link = await links.open('clients', { host: '127.0.0.1', port: 1 });
    await expect(link.retarget({ host: '169.254.169.254', port: 80 })).rejects.toMatchObject({
      code: 'HOST_NOT_ALLOWED',
    });
    expect(upstreams).toEqual([{ host: '127.0.0.1', port: 1 }]);
  });
});

describe('what a command locks', () => {
  const url = (http: string, ws: string | null = null) => ({ kind: 'url', http, ws });
  const specOf = (file: string | null, variants: Record<string, unknown>): TargetSpec =>
    ({ ...target, file, variants }) as unknown as TargetSpec;

  it('is one server, whatever it is called: by a file, by a URL, by name or address', () => {
    const pins = { localhost: ['::1', '127.0.0.1'] };
    const file = specOf('/x/target.yml', { up: url('http://127.0.0.1:8080', 'ws://127.0.0.1:8080') });
    expect(lockNames(file, ['up'], {})).toEqual(['shop', '127.0.0.1:8080']);
    const byUrl = specOf(null, { default: url('http://localhost:8080/api') });
    expect(lockNames(byUrl, ['default'], pins)).toEqual(['127.0.0.1:8080']);
    expect(lockNames(specOf(null, { default: url('https://localhost') }), ['default'], pins)).toEqual([
      '127.0.0.1:443',
    ]);
  });

  it('is its name alone when Mettle starts it, and only what is used', () => {
    const both = specOf('/x/target.yml', { own: { kind: 'process' }, up: url('http://127.0.0.1:1') });
    expect(lockNames(both, ['own'], {})).toEqual(['shop']);
  });
});
