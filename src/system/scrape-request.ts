// One scrape over HTTP: a GET on a connection of its own, to addresses that were checked, with a bounded answer.

import { request as httpRequest } from 'node:http';
import type { IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { isIP } from 'node:net';
import type { LookupFunction } from 'node:net';
import { formatSize } from '../kernel/units.ts';

export interface ScrapedBody {
  readonly text: string;
  /** As its content type says. */
  readonly openMetrics: boolean;
}

/** Rejects with the reason in a few words, and when the signal aborts. */
export type ScrapeRequest = (signal: AbortSignal) => Promise<ScrapedBody>;

export interface ScrapeConnection {
  readonly url: string;
  /** What the URL's host stands for; nothing else is connected to. */
  readonly addresses: readonly string[];
  readonly tls: { readonly verify: boolean; readonly ca?: Buffer; readonly servername?: string };
}

const mostBytes = 8 * 1_048_576;
const accept = 'text/plain;version=0.0.4, application/openmetrics-text;version=1.0.0;q=0.5, */*;q=0.1';

/** No connection stays open between scrapes: the target's own sockets are looked at, too. Redirects are not followed. */
export function scrapeRequest({ url, addresses, tls }: ScrapeConnection): ScrapeRequest {
  const send = url.startsWith('https:') ? httpsRequest : httpRequest;
  const options = {
    agent: false,
    lookup: pinnedTo(addresses),
    headers: { accept, 'accept-encoding': 'identity', connection: 'close', 'user-agent': 'mettle' },
    rejectUnauthorized: tls.verify,
    ...(tls.ca === undefined ? {} : { ca: tls.ca }),
    ...(tls.servername === undefined ? {} : { servername: tls.servername }),
  };
  return (signal) =>
    new Promise((resolve, reject) => {
      const request = send(url, { ...options, signal }, (answer) => {
        readBody(answer).then(resolve, (error: unknown) => {
          request.destroy();
          reject(error instanceof Error ? error : new Error(String(error)));
        });
      });
      request.once('error', reject);
      request.end();
    });
}

function pinnedTo(addresses: readonly string[]): LookupFunction {
  const found = addresses.map((address) => ({ address, family: isIP(address) }));
  return (_hostname, options, done) => {
    const [first] = found;
    if (options.all === true) done(null, found);
    else done(null, first?.address ?? '', first?.family);
  };
}

async function readBody(answer: IncomingMessage): Promise<ScrapedBody> {
  if (answer.statusCode !== 200) throw new Error(`status ${answer.statusCode ?? 0}`);
  const encoding = answer.headers['content-encoding'] ?? 'identity';
  if (encoding !== 'identity')
    throw new Error(`its body is encoded as \`${encoding}\`, which was not asked for`);
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of answer as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > mostBytes) throw new Error(`its body is larger than ${formatSize(mostBytes)}`);
    chunks.push(chunk);
  }
  const type = answer.headers['content-type'] ?? '';
  return {
    text: Buffer.concat(chunks).toString('utf8'),
    openMetrics: /^\s*application\/openmetrics-text\b/i.test(type),
  };
}
