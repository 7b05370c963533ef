// What a suspicion means, in words: one run is no proof, and says nothing of its verdict.

import type { RunRecord } from '../record/schema.ts';

type Suspicion = NonNullable<RunRecord['suspicion']>;

/** One or two sentences without the outcome. */
export function suspicionWords({ metric, outcome, reason }: Suspicion): string {
  if (outcome === 'not judged') return `${metric} against earlier runs: ${reason}.`;
  if (outcome === 'as before') return `${reason}.`;
  return `${reason}. One run is no proof and changes no verdict: pairs tell (\`mettle verify\`, or \`--confirm\`).`;
}

/** Never those of a verdict that fails: it is none. */
const badges: Readonly<Record<Suspicion['outcome'], string>> = {
  'as before': 'good',
  'suspected worse': 'degraded',
  'suspected better': 'good',
  'not judged': 'not-judged',
};

/** None or one. */
export const suspicionRows = (suspicion: Suspicion | undefined) =>
  suspicion === undefined
    ? []
    : [{ outcome: suspicion.outcome, badge: badges[suspicion.outcome], words: suspicionWords(suspicion) }];
