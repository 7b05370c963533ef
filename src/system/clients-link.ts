// The fault proxy in front of the target itself (`on: clients`): opened once, pointed at each freshly started variant.

import { MettleError } from '../kernel/errors.ts';
import type { Link } from '../kernel/ports.ts';
import { addressOfUrl, atAddress, withoutSlash } from './base-url.ts';
import type { SystemPorts } from './system.ts';

export interface BaseUrls {
  readonly http: string | null;
  readonly ws: string | null;
}

export interface ClientsLink {
  /** Base URLs as clients see them. Throws LINK_IMPOSSIBLE (exit code 2). */
  lead(direct: BaseUrls): Promise<BaseUrls>;
  close(): Promise<void>;
}

/** Leads clients to the target straight when no fault uses `clients`. */
export function createClientsLink(ports: SystemPorts): ClientsLink {
  let link: Link | undefined;
  return {
    lead: async (direct) => {
      const urls = [direct.http, direct.ws].filter((url) => url !== null);
      const first = urls[0];
      if (!ports.linked.has('clients') || first === undefined) return mapUrls(direct, withoutSlash);
      const upstream = addressOfUrl(first);
      requireOneAddress(urls);
      if (link === undefined) link = await ports.links.open('clients', upstream);
      else await link.retarget(upstream);
      const { listen } = link;
      return mapUrls(direct, (url) => atAddress(url, listen));
    },
    close: async () => {
      await link?.close();
      link = undefined;
    },
  };
}

function mapUrls({ http, ws }: BaseUrls, change: (url: string) => string): BaseUrls {
  return { http: http === null ? null : change(http), ws: ws === null ? null : change(ws) };
}

/** One proxy leads to one address, and cannot stand in for the host that a certificate names. */
function requireOneAddress(urls: readonly string[]): void {
  const addresses = new Set(urls.map((url) => `${addressOfUrl(url).host}:${addressOfUrl(url).port}`));
  const secure = urls.find((url) => url.startsWith('https:') || url.startsWith('wss:'));
  if (addresses.size <= 1 && secure === undefined) return;
  throw new MettleError({
    code: 'LINK_IMPOSSIBLE',
    message:
      secure === undefined
        ? `a fault on \`clients\` needs http and ws on one port; they are ${[...addresses].join(' and ')}`
        : `a fault on \`clients\` cannot be put in front of ${secure}: its certificate would not match the proxy`,
    hint: 'put the fault on a dependency, or load the target over plain http and ws on one port',
  });
}
