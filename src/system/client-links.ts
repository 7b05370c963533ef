// The fault proxies in front of the target itself (`on: clients`, or the name of one client process): opened once,
// pointed at each freshly started variant.

import { MettleError } from '../kernel/errors.ts';
import type { Link } from '../kernel/ports.ts';
import { addressOfUrl, atAddress, withoutSlash } from './base-url.ts';
import type { SystemPorts } from './system.ts';

export interface BaseUrls {
  readonly http: string | null;
  readonly ws: string | null;
}

export interface ClientLinks {
  /**
   * Base URLs as seen by a client: through the link of its own name when a fault uses that, else through `clients` when a
   * fault uses that, else straight. null: Mettle's own load, which has only `clients`. Throws LINK_IMPOSSIBLE (exit code 2).
   */
  lead(client: string | null, direct: BaseUrls): Promise<BaseUrls>;
  close(): Promise<void>;
}

export function createClientLinks(ports: SystemPorts): ClientLinks {
  const links = new Map<string, Link>();
  return {
    lead: async (client, direct) => {
      const urls = [direct.http, direct.ws].filter((url) => url !== null);
      const name = [client, 'clients'].find((candidate) => candidate !== null && ports.linked.has(candidate));
      const first = urls[0];
      if (name === undefined || name === null || first === undefined) return mapUrls(direct, withoutSlash);
      const upstream = addressOfUrl(first);
      requireOneAddress(name, urls);
      const held = links.get(name);
      if (held !== undefined) await held.retarget(upstream);
      const link = held ?? (await ports.links.open(name, upstream));
      links.set(name, link);
      return mapUrls(direct, (url) => atAddress(url, link.listen));
    },
    close: async () => {
      for (const link of links.values()) await link.close();
      links.clear();
    },
  };
}

function mapUrls({ http, ws }: BaseUrls, change: (url: string) => string): BaseUrls {
  return { http: http === null ? null : change(http), ws: ws === null ? null : change(ws) };
}

/** One proxy leads to one address, and cannot stand in for the host that a certificate names. */
function requireOneAddress(name: string, urls: readonly string[]): void {
  const addresses = new Set(urls.map((url) => `${addressOfUrl(url).host}:${addressOfUrl(url).port}`));
  const secure = urls.find((url) => url.startsWith('https:') || url.startsWith('wss:'));
  if (addresses.size <= 1 && secure === undefined) return;
  throw new MettleError({
    code: 'LINK_IMPOSSIBLE',
    message:
      secure === undefined
        ? `a fault on \`${name}\` needs http and ws on one port; they are ${[...addresses].join(' and ')}`
        : `a fault on \`${name}\` cannot be put in front of ${secure}: its certificate would not match the proxy`,
    hint: 'put the fault on a dependency, or load the target over plain http and ws on one port',
  });
}
