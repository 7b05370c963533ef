// Which hosts a target may name: this machine always, others only when the target file allows them.

import { isIP } from 'node:net';

/** True for names and addresses that never leave this machine. */
export function isLoopback(hostname: string): boolean {
  const host = hostname.replace(/^\[|\]$/g, '').toLowerCase();
  if (host === 'localhost' || host.endsWith('.localhost') || host === '::1') return true;
  return isIP(host) === 4 && host.startsWith('127.');
}

/** Patterns are host names; a leading `*.` stands for any subdomain. */
export function isAllowedHost(hostname: string, allow: readonly string[]): boolean {
  const host = hostname.toLowerCase();
  return (
    isLoopback(host) ||
    allow.some((entry) => {
      const pattern = entry.toLowerCase();
      return pattern.startsWith('*.') ? host.endsWith(pattern.slice(1)) : host === pattern;
    })
  );
}
