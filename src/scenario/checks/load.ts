// The load against the rest: flows that exist, a warm-up that leaves something to judge, a variant that exists.

import { formatDuration } from '../../kernel/units.ts';
import { quoted } from '../issue-words.ts';
import { type Problem, valueAt } from '../issues.ts';
import { didYouMean } from '../../kernel/suggest.ts';
import type { Check } from './check.ts';

export const checkLoad: Check = ({ scenario, target, written: document }) => {
  const { flows, load, warmupMicros, durationMicros, variant } = scenario;
  const problems: Problem[] = [];
  for (const [index, entry] of load.entries()) {
    const written = valueAt(document, ['load', index, 'flow']);
    for (const [position, flow] of entry.flows.entries()) {
      if (Object.hasOwn(flows, flow)) continue;
      const path = ['load', index, 'flow', ...(Array.isArray(written) ? [position] : [])];
      problems.push({ path, part: 'value', ...unknown('flow', flow, Object.keys(flows)) });
    }
  }
  if (warmupMicros >= durationMicros) {
    const message = `a warm-up of ${formatDuration(warmupMicros)} leaves nothing of a load of ${formatDuration(durationMicros)}`;
    problems.push({ path: ['warmup'], part: 'value', message, suggestion: 'make it shorter than the load' });
  }
  const variants = Object.keys(target.variants);
  if (variant !== null && !variants.includes(variant)) {
    problems.push({ path: ['variant'], part: 'value', ...unknown('variant', variant, variants) });
  }
  return problems;
};

/** A flow that no load runs is never tested: worth a word, no error. */
export const loadWarnings: Check = ({ scenario }) => {
  const used = new Set(scenario.load.flatMap((entry) => entry.flows));
  return Object.keys(scenario.flows).flatMap((flow): Problem[] =>
    used.has(flow)
      ? []
      : [{ path: ['flows', flow], part: 'key', message: `the flow ${quoted(flow)} is not in the load` }],
  );
};

/** `unknown flow "aks"`, with what was meant or what there is. */
export function unknown(
  what: string,
  word: string,
  known: readonly string[],
): { message: string; suggestion?: string } {
  const message = `unknown ${what} ${quoted(word)}`;
  if (known.length === 0) return { message, suggestion: `there is no ${what}` };
  return { message, suggestion: didYouMean(word, known) ?? `known: ${known.join(', ')}` };
}
