// The load against the rest: flows that exist, a warm-up that leaves something to judge, a variant that exists.

import { formatDuration } from '../../kernel/units.ts';
import { peakUsers } from '../../workload/users-curve.ts';
import { quoted } from '../issue-words.ts';
import { type Problem, valueAt } from '../issues.ts';
import { didYouMean } from '../../kernel/suggest.ts';
import type { Flow, LoadEntry } from '../scenario.ts';
import type { Check } from './check.ts';

export const checkLoad: Check = ({ scenario, target, written: document }) => {
  const { flows, load, warmupMicros, durationMicros, variant } = scenario;
  const problems: Problem[] = [];
  for (const [index, entry] of load.entries()) {
    const written = valueAt(document, ['load', index, 'flow']);
    for (const [position, flow] of entry.flows.entries()) {
      const path = ['load', index, 'flow', ...(Array.isArray(written) ? [position] : [])];
      if (!Object.hasOwn(flows, flow)) {
        problems.push({ path, part: 'value', ...unknown('flow', flow, Object.keys(flows)) });
      } else if (entry.flows.indexOf(flow) < position) {
        const message = `the flow ${quoted(flow)} is named twice`;
        problems.push({ path, part: 'value', message, suggestion: 'give it a `weight` instead' });
      }
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

/** What a load leaves out, or cannot act on: worth a word, no error. */
export const loadWarnings: Check = ({ scenario }) => [
  ...Object.values(scenario.flows).flatMap((flow) => flowWarnings(flow, scenario.load)),
  ...scenario.load.flatMap(idleUsers),
];

function flowWarnings({ name, weight }: Flow, load: readonly LoadEntry[]): Problem[] {
  const entries = load.filter((entry) => entry.flows.includes(name));
  const warn = (keys: string[], message: string): Problem[] => [
    { path: ['flows', name, ...keys], part: 'key', message },
  ];
  if (entries.length === 0) return warn([], `the flow ${quoted(name)} is not in the load`);
  if (weight === 1 || entries.some((entry) => entry.flows.length > 1)) return [];
  return warn(
    ['weight'],
    `no load entry picks between ${quoted(name)} and another flow: its weight has no effect`,
  );
}

function idleUsers(entry: LoadEntry, index: number): Problem[] {
  if (entry.model !== 'users' || entry.iterations?.per !== 'total') return [];
  const users = peakUsers(entry.stages);
  const { count } = entry.iterations;
  if (count >= users) return [];
  const message = `${count} iterations in total are not enough for ${users} users: some have nothing to do`;
  return [{ path: ['load', index, 'iterations'], part: 'value', message }];
}

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
