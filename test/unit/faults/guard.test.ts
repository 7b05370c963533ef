import { describe, expect, it } from 'vitest';
import { guardFaults, guardLoad, guardToxiproxy, resolveHost } from '../../../src/faults/guard.ts';
import type { LoadRequest } from '../../../src/faults/guard.ts';
import { errnoOf, MettleError } from '../../../src/kernel/errors.ts';

const base: LoadRequest = {
  url: 'http://127.0.0.1:8080/',
  addresses: ['127.0.0.1'],
  allow: [],
  environment: null,
  limits: null,
  allowProduction: false,
  peak: { ratePerSecond: 50, users: null },
};
const staging: Partial<LoadRequest> = {
  url: 'https://rag.staging.example/',
  addresses: ['203.0.113.7'],
  allow: ['*.staging.example'],
  environment: 'staging',
  limits: { ratePerSecond: 100, users: 200 },
};

/** `allowed`, or the code of the refusal. */
function verdict(change: Partial<LoadRequest>): string {
  try {
    guardLoad({ ...base, ...change });
    return 'allowed';
  } catch (error) {
    if (!(error instanceof MettleError)) throw error;
    expect(error.exitCode).toBe(2);
    expect(error.hint).toBeTruthy();
    return error.code;
  }
}

describe('load', () => {
  it.each<[string, Partial<LoadRequest>, string]>([
    ['to this machine is free', {}, 'allowed'],
    ['to this machine by IPv6', { url: 'ws://[::1]:1/', addresses: ['::1'] }, 'allowed'],
    [
      'to a name that is this machine',
      { url: 'http://localhost/', addresses: ['127.0.0.1', '::1'] },
      'allowed',
    ],
    [
      'to a name that claims to be this machine',
      { url: 'http://localhost/', addresses: ['203.0.113.7'] },
      'HOST_NOT_ALLOWED',
    ],
    [
      'to a name that is this machine and another',
      { url: 'http://x/', addresses: ['127.0.0.1', '203.0.113.7'] },
      'HOST_NOT_ALLOWED',
    ],
    ['to all interfaces', { url: 'http://0.0.0.0/', addresses: ['0.0.0.0'] }, 'HOST_NOT_ALLOWED'],
    ['to an allowed staging host with limits, pinned to its address', staging, 'allowed'],
    ['to a host that is not allowed', { ...staging, allow: [] }, 'HOST_NOT_ALLOWED'],
    [
      'to a host that only looks allowed',
      { ...staging, url: 'https://evilstaging.example/' },
      'HOST_NOT_ALLOWED',
    ],
    ['to any host below a private top level', { ...staging, allow: ['*.example'] }, 'allowed'],
    ['to a domain above the allowed', { ...staging, url: 'https://staging.example/' }, 'HOST_NOT_ALLOWED'],
    ['with stars alone', { ...staging, allow: ['*', '*.', '*.*', '**.example'] }, 'HOST_NOT_ALLOWED'],
    ['in capitals and with a final dot', { ...staging, url: 'https://RAG.Staging.Example./' }, 'allowed'],
    [
      'to an allowed name that stands for cloud credentials',
      { ...staging, addresses: ['169.254.169.254'] },
      'HOST_NOT_ALLOWED',
    ],
    ['without environment counts as production', { ...staging, environment: null }, 'PRODUCTION'],
    ['to production', { ...staging, environment: 'production' }, 'PRODUCTION'],
    ['to what may well be production', { ...staging, environment: 'live-eu' }, 'PRODUCTION'],
    ['to production, allowed', { ...staging, environment: 'production', allowProduction: true }, 'allowed'],
    [
      'to production, allowed, without limits',
      { ...staging, environment: null, allowProduction: true, limits: null },
      'LIMITS',
    ],
    ['to staging without limits', { ...staging, limits: null }, 'LIMITS'],
    [
      'to staging without a limit for what is offered',
      { ...staging, limits: { ratePerSecond: null, users: 9 } },
      'LIMITS',
    ],
    ['to staging above its limits', { ...staging, limits: { ratePerSecond: 49, users: null } }, 'LIMITS'],
    [
      'of more users than staging allows',
      { ...staging, peak: { ratePerSecond: null, users: 201 } },
      'LIMITS',
    ],
    ['to a test machine needs no limits', { ...staging, environment: 'test', limits: null }, 'allowed'],
    ['to production through a tunnel on this machine', { environment: 'production' }, 'PRODUCTION'],
    ['to no URL', { url: 'not a url' }, 'URL'],
    ['by another protocol', { url: 'file:///etc/passwd' }, 'URL'],
    ['to a name without address', { ...staging, addresses: [] }, 'HOST_UNKNOWN'],
  ])('%s', (_name, change, expected) => {
    expect(verdict(change)).toBe(expected);
  });
});

describe('a Toxiproxy server', () => {
  it('is on this machine or allowed', () => {
    expect(guardToxiproxy('http://localhost:8474/', ['127.0.0.1'], [])).toBe('http://localhost:8474');
    expect(() => guardToxiproxy('http://toxi.example:8474', ['203.0.113.7'], [])).toThrow(
      'neither this machine',
    );
    expect(guardToxiproxy('http://toxi.example:8474', ['203.0.113.7'], ['toxi.example'])).toBe(
      'http://toxi.example:8474',
    );
  });

  it('is given without password, and a bad one is not repeated', () => {
    expect(() => guardToxiproxy('http://u:hunter2@localhost:1', ['127.0.0.1'], [])).toThrow(/password/);
    expect(() => guardToxiproxy('gopher://u:hunter2@localhost:1', ['127.0.0.1'], [])).toThrow(
      /^(?!.*hunter2)/,
    );
  });
});

describe('faults on what is not a target', () => {
  const on = (host: string, environment: string | null, allowProduction = false): string => {
    try {
      guardFaults('it', host, { environment, allowProduction });
      return 'allowed';
    } catch (error) {
      return errnoOf(error) ?? '';
    }
  };

  it('are free on this machine, or where it says that it is not production, or when that was meant', () => {
    expect(on('127.0.0.1', null)).toBe('allowed');
    expect(on('203.0.113.7', 'staging')).toBe('allowed');
    expect(on('203.0.113.7', null)).toBe('PRODUCTION');
    expect(on('db', null)).toBe('PRODUCTION');
    expect(on('127.0.0.1', 'production')).toBe('PRODUCTION');
    expect(on('203.0.113.7', 'production', true)).toBe('allowed');
  });
});

describe('resolving', () => {
  it('takes addresses as they are', async () => {
    expect(await resolveHost('http://127.0.0.1:1/')).toEqual(['127.0.0.1']);
    expect(await resolveHost('http://[::1]:1/')).toEqual(['::1']);
  });
});
