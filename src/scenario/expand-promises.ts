// Everything in a list of promises that stands for promises: thresholds of k6, then entries of the catalogue.

import { type ExpandedThresholds, expandThresholds } from './k6-thresholds.ts';
import { expandCatalogue, type ExpandedPromises } from './slo-catalogue.ts';
import type { SourceDocument } from './yaml-document.ts';

/** `judgedMicros`: how much of the load is judged; default: what the scenario says. */
export async function expandPromises(
  document: SourceDocument,
  around: { readonly file: string | null; readonly cwd: string },
  judgedMicros?: number,
): Promise<ExpandedPromises & Pick<ExpandedThresholds, 'pooled'>> {
  const thresholds = expandThresholds(document);
  if (thresholds.diagnostics.length > 0) return { ...thresholds, notes: [] };
  const expanded = await expandCatalogue(thresholds.document, around, judgedMicros);
  return { ...expanded, pooled: thresholds.pooled };
}
