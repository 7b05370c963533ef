// Claims in words: what was said, what was documented, what was measured, and what the judgement rests on.

import type { ClaimResult } from '../compare/schema.ts';
import { afterText, beforeText, changeText } from './change-words.ts';
import { formatEffect } from './words.ts';

export function claimRow(claim: ClaimResult) {
  const { documented } = claim;
  return {
    id: claim.id,
    says: claim.says,
    metric: claim.metric,
    expect: claim.expect,
    because: claim.because ?? '',
    documented: documented === null ? '' : `${documented.before} → ${documented.after}`,
    before: beforeText(claim),
    after: afterText(claim),
    tested: changeText(claim),
    condition: conditionText(claim),
    relative: isRelative(claim),
    verdict: claim.verdict,
    reason: claim.reason,
  };
}

/**
 * A relative expectation of a rate (`60% lower`, `2x lower`) is tested as after − f·before against 0, which is no change
 * of the rate itself and is called by another name.
 */
const isRelative = ({ scale, expect }: ClaimResult): boolean =>
  scale === 'points' && !expect.includes('point');

/** What the interval is held against. */
function conditionText(claim: ClaimResult): string {
  const side = claim.side === 'below' ? 'below' : 'above';
  const threshold = formatEffect(claim.threshold, claim);
  return isRelative(claim)
    ? `distance to what is expected; has to lie ${side} ${threshold}`
    : `change; has to lie ${side} ${threshold}`;
}
