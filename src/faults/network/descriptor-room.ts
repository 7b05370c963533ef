// Whether this process may open so many sockets more: what runs out of descriptors would fail for reasons of its own.

import { readdir, readFile } from 'node:fs/promises';
import { MettleError } from '../../kernel/errors.ts';
import { parseDescriptorLimit } from '../../measure/machine-probe.ts';

const mostShare = 0.8;

/** Throws DESCRIPTORS (exit code 2) when `wanted` more would fill more than 80 % of the limit. Linux; elsewhere not known. */
export async function requireDescriptors(wanted: number): Promise<void> {
  const limits = await readFile('/proc/self/limits', 'utf8').catch(() => null);
  const limit = limits === null ? null : parseDescriptorLimit(limits);
  const used = limit === null ? null : await readdir('/proc/self/fd').catch(() => null);
  if (limit === null || used === null) return;
  refuseBeyond(wanted, used.length, limit);
}

export function refuseBeyond(wanted: number, used: number, limit: number): void {
  if (wanted + used <= mostShare * limit) return;
  throw new MettleError({
    code: 'DESCRIPTORS',
    message: `${wanted} connections besides the ${used} descriptors in use are more than 80 % of the limit of ${limit}`,
    hint: 'ask for fewer, or raise the limit (ulimit -n)',
  });
}
