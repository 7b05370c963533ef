import { describe, expect, it } from 'vitest';
import { formatAddress, parseAddress, resolveListen } from '../../../src/proxy/address.ts';

describe('an address', () => {
  it.each([
    ['127.0.0.1:80', { host: '127.0.0.1', port: 80 }],
    ['db.internal:5432', { host: 'db.internal', port: 5432 }],
    ['[::1]:80', { host: '::1', port: 80 }],
    [':80', { host: '', port: 80 }],
  ])('reads %s and writes it again', (text, address) => {
    expect(parseAddress(text)).toEqual(address);
    expect(formatAddress(address)).toBe(text);
  });

  it.each(['', 'host', '127.0.0.1:', '127.0.0.1:x', '127.0.0.1:65536', '::1:80', '1.2.3.4:5:6'])(
    'is not %j',
    (text) => {
      expect(parseAddress(text)).toBeUndefined();
    },
  );
});

describe('where to listen', () => {
  it.each([
    ['', { host: '127.0.0.1', port: 0 }],
    [':4711', { host: '127.0.0.1', port: 4711 }],
    ['0.0.0.0:4711', { host: '0.0.0.0', port: 4711 }],
    ['[::1]:0', { host: '::1', port: 0 }],
  ])('is for %j as told, and loopback when not told', async (text, address) => {
    expect(await resolveListen(text)).toEqual(address);
  });

  it.each([
    ['bad', 'listen tcp: address bad: missing port in address'],
    ['127.0.0.1:99999', 'listen tcp: address 99999: invalid port'],
  ])('cannot be %j', async (text, message) => {
    await expect(resolveListen(text)).rejects.toThrow(message);
  });
});
