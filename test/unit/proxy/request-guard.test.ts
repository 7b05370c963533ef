import type { IncomingMessage } from 'node:http';
import { describe, expect, it } from 'vitest';
import { refusal } from '../../../src/proxy/request-guard.ts';

const asked = (headers: Record<string, string>, host = '127.0.0.1'): string | undefined =>
  refusal({ headers } as unknown as IncomingMessage, host);

describe('the API', () => {
  it.each(['127.0.0.1:8474', '[::1]:8474', 'localhost:8474', 'LOCALHOST', '192.0.2.7', 'api.localhost:1'])(
    'listens to programs that call it %s',
    (host) => {
      expect(asked({ host, 'user-agent': 'node' })).toBeUndefined();
    },
  );

  it('knows the name it was told to listen on', () => {
    expect(asked({ host: 'toxics.internal:8474' }, 'toxics.internal')).toBeUndefined();
  });

  it.each(['evil.example', 'evil.example:8474', '127.0.0.1.evil.example', 'localhost.evil.example', ''])(
    'refuses the foreign name %j, which may have been rebound to this machine',
    (host) => {
      expect(asked({ host })).toBe('Host not allowed\n');
    },
  );

  it('refuses browsers and what pages send', () => {
    expect(asked({ host: 'localhost', 'user-agent': 'Mozilla/5.0' })).toBe('User agent not allowed\n');
    expect(asked({ host: 'localhost', origin: 'http://evil.example' })).toBe('User agent not allowed\n');
  });
});
