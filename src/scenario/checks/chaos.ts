// Faults against the load and the target: named once, on links that exist, over before the load is.

import { formatDuration } from '../../kernel/units.ts';
import { isProcessFault } from '../../faults/registry.ts';
import { quoted } from '../issue-words.ts';
import type { Problem } from '../issues.ts';
import type { Check } from './check.ts';
import { unknown } from './load.ts';

export const checkChaos: Check = ({ scenario, target }) => {
  const links = ['clients', ...Object.keys(target.clients), ...Object.keys(target.dependencies)];
  // Nothing is started for a target by URL.
  const isStarted = Object.values(target.variants).every(({ kind }) => kind === 'process');
  const processes = isStarted
    ? ['target', ...Object.keys(target.clients), ...Object.keys(target.dependencies)]
    : [];
  const ids = new Set<string>();
  return scenario.chaos.flatMap((fault, index): Problem[] => {
    const at = (key: string) => ({ path: ['chaos', index, key], part: 'value' }) as const;
    const problems: Problem[] = [];
    if (ids.has(fault.id))
      problems.push({ ...at('id'), message: `two faults have the id ${quoted(fault.id)}` });
    ids.add(fault.id);
    const places = isProcessFault(fault.fault) ? processes : links;
    const place = isProcessFault(fault.fault) ? 'process' : 'link';
    if (!places.includes(fault.on)) problems.push({ ...at('on'), ...unknown(place, fault.on, places) });
    const load = formatDuration(scenario.durationMicros);
    const endMicros = fault.atMicros + fault.forMicros;
    if (fault.atMicros >= scenario.durationMicros) {
      const message = `the fault begins at ${formatDuration(fault.atMicros)}, when the load of ${load} is over`;
      problems.push({ ...at('at'), message });
    } else if (endMicros > scenario.durationMicros) {
      const message = `the fault ends at ${formatDuration(endMicros)}, after the load of ${load}`;
      problems.push({ ...at('for'), message });
    }
    return problems;
  });
};

/** A fault inside the warm-up counts for nothing: worth a word, no error. */
export const chaosWarnings: Check = ({ scenario }) =>
  scenario.chaos.flatMap((fault, index): Problem[] => {
    if (fault.atMicros >= scenario.warmupMicros) return [];
    const message = `the fault begins inside the warm-up of ${formatDuration(scenario.warmupMicros)}, which no verdict counts`;
    return [{ path: ['chaos', index, 'at'], part: 'value', message }];
  });
