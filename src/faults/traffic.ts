// Whether a fault met any traffic: one that no one could notice proves nothing.

import type { InjectionResult } from './fault.ts';

type Traffic = InjectionResult['traffic'];

/**
 * Attempts on the link in the 10 s before the fault, and during it; null = could not be seen.
 * `seen`: there were attempts during it · `avoided`: before, but none during (a breaker, a cache) · `missed`: none that
 * anyone saw, and someone could have · `optional`: the same where traffic is optional · `unknown`: nobody could see.
 */
export function judgeTraffic(
  before: number | null,
  during: number | null,
  wanted: 'required' | 'optional',
): Traffic {
  return { before, during, status: statusOf(before, during, wanted) };
}

function statusOf(
  before: number | null,
  during: number | null,
  wanted: 'required' | 'optional',
): Traffic['status'] {
  if (during !== null && during > 0) return 'seen';
  if (during === null && before !== 0) return 'unknown';
  if (before !== null && before > 0) return 'avoided';
  return wanted === 'optional' ? 'optional' : 'missed';
}
