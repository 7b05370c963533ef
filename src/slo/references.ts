// Whether what a promise names exists in its scenario: series, phases, faults, due times.

import type { Measure, Positions, SyntaxProblem } from './expression.ts';
import { speaksOf } from './select.ts';
import { suggestionFor } from './suggest.ts';
import type { Metric } from './metrics/metric.ts';
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
  /** What has a proxy in front of it because a fault is put there, and which faults. */
  readonly links: readonly { readonly name: string; readonly faults: readonly string[] }[];
  /** Processes and containers that are watched: `target`, `postgres`, `service:db`, `container:shop_db_1`. */
  readonly observed: readonly string[];
  /** Names of the target's own metrics; null: they cannot be known before the run (or nothing is scraped). */
  readonly scraped: readonly string[] | null;
}

function unknownPhase(name: string, faults: readonly string[]): boolean {
  const match = /^(?:fault|recovery):(.+)$/.exec(name);
  return match !== null && !faults.includes(match[1] ?? '');
}

function namesOf(subject: Metric['subject'], known: KnownNames): readonly string[] {
  if (subject === 'fault') return known.faults;
  if (subject === 'observed') return known.observed;
  return (subject === 'link' ? known.links : known.series).map(({ name }) => name);
}

/** A fault that is put on another link than the measure speaks of. */
function faultElsewhere(measure: Measure, positions: Positions, known: KnownNames): SyntaxProblem | null {
  const own = known.links.find(({ name }) => name === measure.subject)?.faults ?? [];
  const index = measure.during.findIndex((name) => !own.includes(name.replace(/^fault:/, '')));
  if (index === -1) return null;
  return {
    message: `\`${measure.during[index] ?? ''}\` is not on \`${measure.subject ?? ''}\``,
    offset: positions.phases[index] ?? 0,
    suggestion: `known: ${own.map((id) => `fault:${id}`).join(', ')}`,
  };
}

/** The first reference to something unknown, with its offset in the text that was parsed; null when all is known. */
export function checkReferences(
  measure: Measure,
  positions: Positions,
  known: KnownNames,
): SyntaxProblem | null {
  const subject = metricNamed(measure.metric)?.subject ?? 'series';
  const names = namesOf(subject, known);
  if (measure.subject !== null && !names.includes(measure.subject)) {
    const message =
      subject === 'link'
        ? `no network fault is put on \`${measure.subject}\`, so no proxy watches it`
        : `unknown ${subject} \`${measure.subject}\``;
    const nothingKnown = subject === 'link' ? 'put a fault there, or name one that has one' : null;
    const suggestion = suggestionFor(measure.subject, names) ?? nothingKnown;
    return { message, offset: positions.subject, suggestion };
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
  if (subject === 'link') return faultElsewhere(measure, positions, known);
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
