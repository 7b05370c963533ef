// Who may talk to the API: programs on purpose, not web pages by accident (a browser, or a name rebound to loopback).

import type { IncomingMessage } from 'node:http';
import { isIP } from 'node:net';

const maxBodyBytes = 1024 * 1024;

/** Why the request is refused, or undefined. `host` is the host the API was asked to listen on. */
export function refusal(request: IncomingMessage, host: string): string | undefined {
  const { 'user-agent': agent, origin, host: target } = request.headers;
  if (agent?.startsWith('Mozilla/') === true || origin !== undefined) return 'User agent not allowed\n';
  if (target !== undefined && !isOwnName(target, host)) return 'Host not allowed\n';
  return undefined;
}

/** An address cannot be rebound, and `localhost` is not resolved by others; any other name can be. */
function isOwnName(target: string, host: string): boolean {
  const name = target
    .replace(/:\d+$/, '')
    .replace(/^\[(.*)\]$/, '$1')
    .toLowerCase();
  return (
    isIP(name) !== 0 || name === 'localhost' || name.endsWith('.localhost') || name === host.toLowerCase()
  );
}

/** Undefined when it is larger than 1 MiB; the rest is then read and forgotten. Rejects when the client goes away. */
export function readBody(request: IncomingMessage): Promise<string | undefined> {
  return new Promise((resolve, reject) => {
    let parts: Buffer[] = [];
    let bytes = 0;
    request.on('data', (part: Buffer) => {
      bytes += part.length;
      if (bytes <= maxBodyBytes) {
        parts.push(part);
      } else {
        parts = [];
        resolve(undefined);
      }
    });
    request.once('end', () => resolve(Buffer.concat(parts).toString('utf8')));
    request.once('error', reject);
  });
}
