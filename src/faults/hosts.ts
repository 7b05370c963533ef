// Which addresses are this machine, and which names someone has allowed: plain arithmetic, no look-ups.

import { BlockList, isIP } from 'node:net';

const loopback = new BlockList();
loopback.addSubnet('127.0.0.0', 8, 'ipv4');
loopback.addAddress('::1', 'ipv6');

/** Addresses that machines give themselves: among them those where clouds hand out credentials. */
const linkLocal = new BlockList();
linkLocal.addSubnet('169.254.0.0', 16, 'ipv4');
linkLocal.addSubnet('fe80::', 10, 'ipv6');

/** `::ffff:127.0.0.1` is 127.0.0.1 (BlockList knows); anything that is no IP address is in no list. */
function isIn(list: BlockList, address: string): boolean {
  const family = isIP(address);
  return family !== 0 && list.check(address, family === 4 ? 'ipv4' : 'ipv6');
}

export const isLoopbackAddress = (address: string): boolean => isIn(loopback, address);
export const isLinkLocalAddress = (address: string): boolean => isIn(linkLocal, address);

/** As names are compared: lower case, no brackets, no final dot. */
export const plainHost = (host: string): string =>
  host
    .toLowerCase()
    .replace(/^\[|\]$/g, '')
    .replace(/\.$/, '');

/** Throws TypeError when it is no URL. */
export const hostOfUrl = (url: string): string => plainHost(new URL(url).hostname);

/** Patterns are host names or addresses; `*.` before a name stands for any subdomain of it, not for it itself. */
export function matchesAny(host: string, patterns: readonly string[]): boolean {
  const name = plainHost(host);
  return patterns.some((written) => {
    const pattern = plainHost(written.trim());
    const suffix = /^\*(\.[^*]+)$/.exec(pattern)?.[1];
    return suffix === undefined ? pattern === name : name.endsWith(suffix) && name.length > suffix.length;
  });
}
