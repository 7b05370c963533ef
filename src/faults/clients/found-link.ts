// A proxy that somebody else made on a Toxiproxy server, as a link that a fault can be put on.

import { systemClock } from '../../kernel/clock.ts';
import { MettleError } from '../../kernel/errors.ts';
import type { Address } from '../../kernel/ports.ts';
import { didYouMean } from '../../kernel/suggest.ts';
import { observationWindowSchema } from '../../proxy/observation-window.ts';
import type { FaultLink } from '../fault.ts';
import { isLoopbackAddress, plainHost } from '../hosts.ts';
import { connectToxiproxy } from './toxiproxy.ts';
import type { ToxiproxyPort } from './toxiproxy.ts';

export interface FoundProxy {
  readonly apiUrl: string;
  readonly name: string;
  readonly makerToken: string;
}

/** Clocks of one machine agree to well within this; those of two machines are apart by their times of booting. */
const sameClockMicros = 1_000_000;

/**
 * Throws a MettleError (exit code 2): PROXY_NOT_FOUND, PROXY_DISABLED (nothing would meet the fault, and undoing one that
 * switches it off would switch it on), or why the server does not answer.
 */
export async function findLink({ apiUrl, name, makerToken }: FoundProxy): Promise<FaultLink> {
  const server = connectToxiproxy(apiUrl);
  const version = await server.handshake();
  const proxies = await server.proxies();
  const found = proxies.find((proxy) => proxy.name === name);
  if (found === undefined) throw notFound(apiUrl, name, proxies.map((proxy) => proxy.name).sort());
  if (!found.enabled) {
    throw new MettleError({
      code: 'PROXY_DISABLED',
      message: `the proxy ${name} at ${apiUrl} is switched off: nothing would meet the fault`,
      hint: 'enable it first',
    });
  }
  return {
    ...{ name, apiUrl, makerToken },
    proxyName: name,
    listen: addressOf(found.listen),
    upstream: addressOf(found.upstream),
    embedded: version.endsWith('+mettle') && (await isHere(server, apiUrl, name)),
    retarget: () => Promise.reject(new Error(`the proxy ${name} is not Mettle's to point elsewhere`)),
    close: () => Promise.resolve(),
  };
}

/** What it saw is dated by its machine's clock, so it is of use on that machine only. */
async function isHere(server: ToxiproxyPort, apiUrl: string, name: string): Promise<boolean> {
  const host = plainHost(new URL(apiUrl).hostname);
  if (host !== 'localhost' && !isLoopbackAddress(host)) return false;
  const answer = await server.observation(name, 0, systemClock.nowMicros());
  const seen = observationWindowSchema.safeParse(answer).data;
  return seen !== undefined && Math.abs(seen.nowMicros - systemClock.nowMicros()) < sameClockMicros;
}

/** Servers write `[::]:6379` and `db:5432`; one without a host is the server's own machine. */
function addressOf(text: string): Address {
  const match = /^(?:\[([^\]]*)\]|([^:]*)):(\d+)$/.exec(text.trim());
  return { host: match?.[1] ?? match?.[2] ?? text, port: Number(match?.[3] ?? 0) };
}

function notFound(apiUrl: string, name: string, known: readonly string[]): MettleError {
  const there = known.length === 0 ? 'it has none' : `it has: ${known.slice(0, 20).join(', ')}`;
  return new MettleError({
    code: 'PROXY_NOT_FOUND',
    message: `there is no proxy called ${name} at ${apiUrl}`,
    hint: didYouMean(name, known) ?? there,
  });
}
