// Faults against the load and the target: named once, on links that exist, over before the load is.

import { formatDuration } from '../../kernel/units.ts';
import { quoted } from '../issue-words.ts';
import type { Problem } from '../issues.ts';
import { maxOccurrences, occurrencesWithin } from '../occurrences.ts';
import type { ScheduledFault } from '../scenario.ts';
import type { Check } from './check.ts';
import { namesOf, placeProblemsOf } from './chaos-place.ts';

export const checkChaos: Check = ({ scenario, target }) => {
  const names = namesOf(target);
  const ids = new Set<string>();
  return scenario.chaos.flatMap((fault, index): Problem[] => {
    const at = (key: string) => ({ path: ['chaos', index, key], part: 'value' }) as const;
    const problems: Problem[] = [];
    if (ids.has(fault.id))
      problems.push({ ...at('id'), message: `two faults have the id ${quoted(fault.id)}` });
    ids.add(fault.id);
    problems.push(...placeProblemsOf(fault, index, names));
    problems.push(...repetition(fault, scenario.durationMicros, index));
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

/** Time to undo one and to see the service without it, before the next. */
const betweenMicros = 1_000_000;

function repetition(fault: ScheduledFault, durationMicros: number, index: number): Problem[] {
  const { repeat, forMicros } = fault;
  if (repeat === undefined) return [];
  const at = (key: string) => ({ path: ['chaos', index, key], part: 'value' }) as const;
  if (repeat.everyMicros < forMicros + betweenMicros) {
    const message = `every ${formatDuration(repeat.everyMicros)} leaves less than ${formatDuration(betweenMicros)} between the end of one and the begin of the next`;
    const suggestion = `\`every\` at least ${formatDuration(forMicros + betweenMicros)}, or a shorter \`for\``;
    return [{ ...at('every'), message, suggestion }];
  }
  const fitting = occurrencesWithin(fault, durationMicros);
  const { times } = repeat;
  if (times !== null && fitting > 0 && times > fitting) {
    const message = `only ${fitting} of ${times} end inside the load of ${formatDuration(durationMicros)}`;
    return [{ ...at('times'), message }];
  }
  if (times !== null || fitting <= maxOccurrences) return [];
  return [
    {
      ...at('every'),
      message: `it would be injected ${fitting} times, more than the ${maxOccurrences} allowed`,
    },
  ];
}

/** A fault inside the warm-up counts for nothing: worth a word, no error. */
export const chaosWarnings: Check = ({ scenario }) =>
  scenario.chaos.flatMap((fault, index): Problem[] => {
    if (fault.atMicros >= scenario.warmupMicros) return [];
    const message = `the fault begins inside the warm-up of ${formatDuration(scenario.warmupMicros)}, which no verdict counts`;
    return [{ path: ['chaos', index, 'at'], part: 'value', message }];
  });
