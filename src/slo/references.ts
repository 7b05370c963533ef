// Whether what a promise names exists in its scenario: series, phases, faults, due times.

import type { Measure, Positions, SyntaxProblem } from './expression.ts';
import { speaksOf } from './select.ts';
import { suggestionFor } from './suggest.ts';
import { metricNamed } from './metrics/registry.ts';

/** What a scenario has; flows are series too, as `flow:<name>`. */
export interface KnownNames {
  readonly series: readonly {
    readonly name: string;
    readonly hasDueTime: boolean;
    /** Loaded with due times and without. */
    readonly isMixed: boolean;
  }[];
  readonly faults: readonly string[];
}

function unknownPhase(name: string, faults: readonly string[]): boolean {
  const match = /^(?:fault|recovery):(.+)$/.exec(name);
  return match !== null && !faults.includes(match[1] ?? '');
}

/** The first reference to something unknown, with its offset in the text that was parsed; null when all is known. */
export function checkReferences(
  measure: Measure,
  positions: Positions,
  known: KnownNames,
): SyntaxProblem | null {
  const ofFault = metricNamed(measure.metric)?.subject === 'fault';
  const names = ofFault ? known.faults : known.series.map((series) => series.name);
  if (measure.subject !== null && !names.includes(measure.subject)) {
    const message = `unknown ${ofFault ? 'fault' : 'series'} \`${measure.subject}\``;
    return { message, offset: positions.subject, suggestion: suggestionFor(measure.subject, names) };
  }
  const phase = measure.during.findIndex((name) => unknownPhase(name, known.faults));
  if (phase !== -1) {
    const phases = ['steady', ...known.faults.flatMap((id) => [`fault:${id}`, `recovery:${id}`])];
    const name = measure.during[phase] ?? '';
    return {
      message: `unknown phase \`${name}\``,
      offset: positions.phases[phase] ?? 0,
      suggestion: suggestionFor(name, phases),
    };
  }
  const steps = known.series.filter((series) => speaksOf(measure.subject, series.name));
  const mixed = steps.find((series) => series.isMixed);
  if (measure.metric === 'achieved' && mixed !== undefined) {
    return {
      message: `\`achieved\` needs due times, and a part of the load of \`${mixed.name}\` has none`,
      offset: positions.metric,
      suggestion: 'give the users `every`, or a flow of their own',
    };
  }
  if (measure.metric === 'achieved' && steps.every((series) => !series.hasDueTime)) {
    return {
      message: '`achieved` needs due times, and closed unpaced load has none',
      offset: positions.metric,
      suggestion: 'use `arrivals`, a paced `repeat … every`, or leave it out',
    };
  }
  return null;
}
