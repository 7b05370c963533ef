// TCP ports of what is started: picking a free one, and saying so before the start when a fixed one is taken.

import { createServer } from 'node:net';
import { errnoOf, MettleError } from '../kernel/errors.ts';

const placeholder = '{{port}}';

/** Binds and lets go: resolves with the port, or rejects with Node's error. */
function probe(port: number, host: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen({ port, host, exclusive: true }, () => {
      const address = server.address();
      const bound = typeof address === 'object' && address !== null ? address.port : port;
      server.close(() => resolve(bound));
    });
  });
}

/** A port that was free on loopback a moment ago. */
export async function pickPort(): Promise<number> {
  return await probe(0, '127.0.0.1');
}

/** Throws PORT_IN_USE (exit code 2), naming the port and who wants it. */
export async function requireFreePort(port: number, host: string, wantedBy: string): Promise<void> {
  try {
    await probe(port, host === 'localhost' ? '127.0.0.1' : host.replace(/^\[|\]$/g, ''));
  } catch (error) {
    const why =
      errnoOf(error) === 'EADDRINUSE' ? 'is in use' : `cannot be used (${errnoOf(error) ?? 'unknown'})`;
    throw new MettleError({
      code: 'PORT_IN_USE',
      message: `port ${port} on ${host}, which ${wantedBy} is to listen on, ${why}`,
      hint: `stop what listens on port ${port}, or write {{port}} in the target file and let Mettle pick one`,
      cause: error,
    });
  }
}

/** The port that a base URL fixes; undefined where it leaves the choice to Mettle. */
export function fixedPort(url: string): number | undefined {
  if (url.includes(placeholder)) return undefined;
  const { port, protocol } = new URL(url);
  if (port !== '') return Number(port);
  return protocol === 'https:' || protocol === 'wss:' ? 443 : 80;
}

export function withPort(url: string, port: number): string {
  return url.replace(placeholder, String(port));
}
