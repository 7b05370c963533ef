// Addresses: base URLs, ports, connection URLs, and which hosts are this machine.

import { describe, expect, it } from 'vitest';
import { addressOfUrl, atAddress, withoutSlash } from '../../../src/system/base-url.ts';
import { isAllowedHost, isLoopback } from '../../../src/system/host-rules.ts';
import { fixedPort, withPort } from '../../../src/system/ports.ts';
import { addressOf, withAddress, withDatabase, withSchema } from '../../../src/system/postgres-url.ts';

describe('a base URL', () => {
  it('means an address, with the port of its protocol where it has none', () => {
    expect(addressOfUrl('http://127.0.0.1:8080/api')).toEqual({ host: '127.0.0.1', port: 8080 });
    expect(addressOfUrl('wss://example.org')).toEqual({ host: 'example.org', port: 443 });
    expect(addressOfUrl('ws://[::1]/')).toEqual({ host: '::1', port: 80 });
  });

  it('leads by way of another address to the same place', () => {
    const proxy = { host: '127.0.0.1', port: 9 };
    expect(atAddress('http://localhost:8080/api/', proxy)).toBe('http://127.0.0.1:9/api');
    expect(atAddress('ws://[::1]:1', proxy)).toBe('ws://127.0.0.1:9');
    expect(atAddress('http://127.0.0.1:1', { host: '::1', port: 9 })).toBe('http://[::1]:9');
    expect(withoutSlash('http://127.0.0.1:1/')).toBe('http://127.0.0.1:1');
  });

  it('fixes the port, or leaves it to Mettle', () => {
    expect(fixedPort('http://127.0.0.1:{{port}}/api')).toBeUndefined();
    expect(fixedPort('http://127.0.0.1:81')).toBe(81);
    expect(fixedPort('http://127.0.0.1')).toBe(80);
    expect(withPort('ws://127.0.0.1:{{port}}/ws', 4001)).toBe('ws://127.0.0.1:4001/ws');
  });
});

describe('a host', () => {
  it.each(['127.0.0.1', '127.8.9.1', 'localhost', 'LOCALHOST', 'api.localhost', '[::1]', '::1'])(
    '%s is this machine',
    (host) => {
      expect(isLoopback(host)).toBe(true);
    },
  );

  it.each([
    '10.0.0.1',
    '0.0.0.0',
    'example.org',
    '127.0.0.1.example.org',
    'localhost.example.org',
    '::2',
    '127.evil.org',
  ])('%s is not this machine', (host) => {
    expect(isLoopback(host)).toBe(false);
  });

  it('elsewhere needs to be allowed by name or by its domain', () => {
    const allow = ['*.staging.example', 'db.example.org'];
    expect(isAllowedHost('rag.staging.example', allow)).toBe(true);
    expect(isAllowedHost('DB.example.org', allow)).toBe(true);
    expect(isAllowedHost('staging.example', allow)).toBe(false);
    expect(isAllowedHost('evilstaging.example', allow)).toBe(false);
    expect(isAllowedHost('x.db.example.org', allow)).toBe(false);
    expect(isAllowedHost('127.0.0.1', [])).toBe(true);
  });
});

describe('a connection URL', () => {
  const url = 'postgres://me:p%40ss@db.example.org/shop?sslmode=disable';

  it('changes its database, its address and its search path, and keeps the rest', () => {
    expect(withDatabase(url, 'run_1')).toBe('postgres://me:p%40ss@db.example.org/run_1?sslmode=disable');
    expect(withAddress(url, { host: '127.0.0.1', port: 7 })).toBe(
      'postgres://me:p%40ss@127.0.0.1:7/shop?sslmode=disable',
    );
    expect(new URL(withSchema(url, 'mettle_a1')).searchParams.get('options')).toBe(
      '-c search_path=mettle_a1',
    );
    expect(withSchema(url, 'mettle_a1')).not.toContain('+');
    const both = withSchema(`${url}&options=-c%20statement_timeout%3D5s`, 'mettle_a1');
    expect(new URL(both).searchParams.get('options')).toBe(
      '-c statement_timeout=5s -c search_path=mettle_a1',
    );
  });

  it('means an address', () => {
    expect(addressOf(url, 'DATABASE_URL')).toEqual({ host: 'db.example.org', port: 5432 });
    expect(addressOf('postgresql://me@[::1]:1/x', 'DATABASE_URL')).toEqual({ host: '::1', port: 1 });
  });

  it.each(['not a url', 'mysql://me:hidden@host/db', 'postgres:///db', 'host=localhost password=hidden'])(
    '%j is refused without being shown',
    (text) => {
      expect(() => addressOf(text, 'DATABASE_URL')).toThrow(
        'DATABASE_URL is not a PostgreSQL connection URL',
      );
      expect(() => addressOf(text, 'DATABASE_URL')).not.toThrow('hidden');
    },
  );
});
