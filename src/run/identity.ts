// Names of runs: sortable by time, readable, safe as folder names.

import { randomBytes } from 'node:crypto';

const slug = (text: string): string =>
  text
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '')
    .slice(0, 40);

/** `20261122-103000-toxic-detector-after-3f2a`. */
export function runId(startedAt: Date, scenario: string, variant: string): string {
  const stamp = startedAt.toISOString().replace(/[-:]/g, '').replace('T', '-').slice(0, 15);
  return `${stamp}-${slug(scenario)}-${slug(variant)}-${randomBytes(2).toString('hex')}`;
}
