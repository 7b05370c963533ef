// Promises about detection and recovery that no run could judge: nothing steady to recover to, or two faults at once.

import { gatesOf } from '../../slo/gates.ts';
import { metricNamed } from '../../slo/metrics/registry.ts';
import { parsePromise } from '../../slo/parse.ts';
import { quoted } from '../issue-words.ts';
import type { Problem } from '../issues.ts';
import { occurrencesOf } from '../occurrences.ts';
import type { ScheduledFault } from '../scenario.ts';
import type { Check } from './check.ts';

export const checkRecovery: Check = ({ scenario }) => {
  const parsed = scenario.slo.map(({ assert }) => parsePromise(assert));
  // Promises that cannot be read are reported by checkPromises; without them nothing is known of the rest.
  if (!parsed.every((promise) => promise.ok)) return [];
  const injections = occurrencesOf(scenario);
  const gates = gatesOf(scenario.slo.map(({ assert, severity }) => ({ text: assert, severity })));
  return parsed.flatMap(({ value: { measure } }, index): Problem[] => {
    if (metricNamed(measure.metric)?.subject !== 'fault') return [];
    const at = { path: ['slo', index], part: 'value' } as const;
    if (gates.length === 0) {
      const message = `\`${measure.metric}\` is held against steady promises, and there is none`;
      return [{ ...at, message, suggestion: 'add one, e.g. `error_rate < 1%`' }];
    }
    const own = injections.filter(({ id }) => id === measure.subject);
    const other = injections.find((one) => own.some((fault) => one.id !== fault.id && outlasts(one, fault)));
    if (other === undefined) return [];
    const message = `the fault ${quoted(other.id)} is still in effect when ${quoted(measure.subject ?? '')} is cleared`;
    return [{ ...at, message, suggestion: 'let it end before, or begin after' }];
  });
};

/** In effect at the moment at which the other is cleared. */
function outlasts(one: ScheduledFault, other: ScheduledFault): boolean {
  const clearedAtMicros = other.atMicros + other.forMicros;
  return one.atMicros < clearedAtMicros && one.atMicros + one.forMicros > clearedAtMicros;
}
