// What other readers of exported promises will not see: OpenSLO has no words for it, so it stands in annotations.

import { promiseFrom } from '../slo/gates.ts';
import { sidesOf } from '../slo/sides.ts';
import type { PromiseSpec, Scenario } from './scenario.ts';

/** One line for each promise of which something is in annotations alone, and one for all. */
export function openSloExportNotes(slo: Scenario['slo']): string[] {
  const own = slo.flatMap((spec, index) => {
    const said = annotated(spec);
    return said.length === 0 ? [] : [`${index + 1}: \`${spec.assert}\`: ${said.join(', ')}`];
  });
  return [
    'every metric is one that Mettle alone measures; load, faults, `primary` and claims are not exported',
    ...own.map((line) => `only in annotations, which other readers pass over: ${line}`),
  ];
}

function annotated(spec: PromiseSpec): string[] {
  const { measure, limit, windowMicros } = promiseFrom(spec.assert);
  const phases = sidesOf(measure).some(({ during }) => during.length > 0);
  const all: readonly (readonly [boolean, string])[] = [
    [phases, 'its phases'],
    [typeof limit !== 'number', 'that the limit is a change against other runs'],
    [measure.windows !== undefined, 'the windows of the burn rate'],
    [spec.windowMicros !== undefined || windowMicros !== undefined, 'its window'],
    [spec.severity === 'warn', 'that it only warns'],
    [spec.abortAfterMicros !== undefined, 'that it stops the run'],
    [spec.minSamples !== undefined, 'how many samples it needs'],
    [spec.onNoData !== undefined, 'what it means without data'],
  ];
  return all.flatMap(([is, what]) => (is ? [what] : []));
}
