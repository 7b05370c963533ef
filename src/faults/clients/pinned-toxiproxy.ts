// A Toxiproxy server by an address that was checked: what is written into journals must lead to the same server later.

import { isIP } from 'node:net';
import { answeringAddress } from '../answering.ts';

/**
 * The URL with one of its checked addresses in the place of its name. Over `https:` the name stays: there the server's
 * certificate proves who it is.
 */
export async function pinnedToxiproxy(url: string, addresses: readonly string[]): Promise<string> {
  const { protocol, hostname, port } = new URL(url);
  if (protocol === 'https:' || isIP(hostname.replace(/^\[|\]$/g, '')) !== 0) return url;
  const address = await answeringAddress(addresses, port === '' ? 80 : Number(port));
  const changed = new URL(url);
  changed.hostname = address.includes(':') ? `[${address}]` : address;
  return changed.href.replace(/\/+$/, '');
}
