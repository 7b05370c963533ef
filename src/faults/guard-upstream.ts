// Guard of faults on somebody else's proxy: what it leads to is this machine, or allowed by name.

import { MettleError } from '../kernel/errors.ts';
import type { Address } from '../kernel/ports.ts';
import { guardFaults } from './guard.ts';
import { isLoopbackAddress, matchesAny, plainHost } from './hosts.ts';

/** Addresses of the proxy's own machine, whose API has been let pass already. */
const own = ['', 'localhost', '0.0.0.0', '::'];

/**
 * Throws a MettleError (exit code 2). Names are not looked up: the proxy's machine resolves them, perhaps to something
 * else than this one would.
 */
export function guardUpstream(
  proxy: string,
  { host }: Address,
  allow: readonly string[],
  allowProduction = false,
): void {
  const name = plainHost(host);
  if (own.includes(name) || isLoopbackAddress(name)) return;
  if (matchesAny(name, allow)) {
    guardFaults(`${host}, where the proxy ${proxy} leads,`, name, { environment: null, allowProduction });
    return;
  }
  throw new MettleError({
    code: 'HOST_NOT_ALLOWED',
    message: `the proxy ${proxy} leads to ${host}, which is neither this machine nor allowed`,
    hint: `if you mean it, add it to \`allow:\` in the target file, or pass --allow ${host}`,
  });
}
