// Promises about detection and recovery that no run could judge: nothing steady to recover to, or two faults at once.

import { gatesOf } from '../../slo/gates.ts';
import { metricNamed } from '../../slo/metrics/registry.ts';
import { parsePromise } from '../../slo/parse.ts';
import { sidesOf } from '../../slo/sides.ts';
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
  return parsed.flatMap(({ value }, index): Problem[] => {
    // The worst second of a fault is what it is, whatever is promised and whatever else went on.
    const about = sidesOf(value.measure).filter(
      ({ metric }) => metricNamed(metric)?.subject === 'fault' && metric !== 'peak_error_rate',
    );
    const [first] = about;
    if (first === undefined) return [];
    const at = { path: ['slo', index], part: 'value' } as const;
    if (gates.length === 0) {
      const message = `\`${first.metric}\` is held against steady promises, and there is none`;
      return [{ ...at, message, suggestion: 'add one, e.g. `error_rate < 1%`' }];
    }
    const confounded = about.flatMap(({ subject }) => {
      const own = injections.filter(({ id }) => id === subject);
      const other = injections.find((one) =>
        own.some((fault) => one.id !== fault.id && outlasts(one, fault)),
      );
      return other === undefined ? [] : [{ subject, other: other.id }];
    });
    return confounded.slice(0, 1).map(({ subject, other }) => ({
      ...at,
      message: `the fault ${quoted(other)} is still in effect when ${quoted(subject ?? '')} is cleared`,
      suggestion: 'let it end before, or begin after',
    }));
  });
};

/** In effect at the moment at which the other is cleared. */
function outlasts(one: ScheduledFault, other: ScheduledFault): boolean {
  const clearedAtMicros = other.atMicros + other.forMicros;
  return one.atMicros < clearedAtMicros && one.atMicros + one.forMicros > clearedAtMicros;
}
