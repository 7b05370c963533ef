// Whether what a promise names exists in its scenario: series, phases, faults, due times, what is watched and scraped;
// and whether a threshold of k6 means the steps that it would be about.

import type { Measure, Positions, SyntaxProblem } from './expression.ts';
import { speaksOf } from './select.ts';
import { parseSelector } from './selector.ts';
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
    /** Of an HTTP step. False: of another one, of iterations, or nobody knows. */
    readonly isHttp: boolean;
  }[];
  readonly faults: readonly string[];
  /** What has a proxy in front of it because a fault is put there, and which faults. */
  readonly links: readonly { readonly name: string; readonly faults: readonly string[] }[];
  /** Processes and containers that are watched: `target`, `postgres`, `service:db`, `container:shop_db_1`. */
  readonly observed: readonly string[];
  /** Names of the target's own metrics; null: they cannot be known before the run (or nothing is scraped). */
  readonly scraped: readonly string[] | null;
}

type Kind = Metric['subject'];

function namesOf(kind: Kind, known: KnownNames): readonly string[] | null {
  switch (kind) {
    case 'fault':
      return known.faults;
    case 'observed':
      return known.observed;
    case 'scraped':
      return known.scraped;
    case 'link':
      return known.links.map(({ name }) => name);
    case 'series':
      return known.series.map(({ name }) => name);
  }
}

const unknownWords: Readonly<Record<Kind, (subject: string) => string>> = {
  series: (subject) => `unknown series \`${subject}\``,
  fault: (subject) => `unknown fault \`${subject}\``,
  link: (subject) => `no network fault is put on \`${subject}\`, so no proxy watches it`,
  observed: (subject) => `\`${subject}\` is not watched`,
  scraped: (subject) => `the target has no metric \`${subject}\``,
};

/** Where there is none at all. */
const noneWords: Readonly<Record<Kind, string | null>> = {
  series: null,
  fault: null,
  link: 'put a fault there, or name one that has one',
  observed: 'name a process or a container, and let the target file `observe` it',
  scraped: null,
};

function checkSubject({ metric, subject }: Measure, at: number, known: KnownNames): SyntaxProblem | null {
  if (subject === null) return null;
  const kind = metricNamed(metric)?.subject ?? 'series';
  const name = kind === 'scraped' ? parseSelector(subject).name : subject;
  const names = namesOf(kind, known);
  if (names === null || names.includes(name)) return null;
  return {
    message: unknownWords[kind](name),
    offset: at,
    suggestion: suggestionFor(name, names) ?? noneWords[kind],
  };
}

function checkPhases({ during }: Measure, positions: Positions, known: KnownNames): SyntaxProblem | null {
  const index = during.findIndex((name) => {
    const id = /^(?:fault|recovery):(.+)$/.exec(name)?.[1];
    return id !== undefined && !known.faults.includes(id);
  });
  if (index === -1) return null;
  const phases = ['steady', ...known.faults.flatMap((id) => [`fault:${id}`, `recovery:${id}`])];
  const name = during[index] ?? '';
  return {
    message: `unknown phase \`${name}\``,
    offset: positions.phases[index] ?? 0,
    suggestion: suggestionFor(name, phases),
  };
}

/** A fault that is put on another link than the measure speaks of. */
function checkLink(measure: Measure, positions: Positions, known: KnownNames): SyntaxProblem | null {
  if (metricNamed(measure.metric)?.subject !== 'link') return null;
  const own = known.links.find(({ name }) => name === measure.subject)?.faults ?? [];
  const index = measure.during.findIndex((name) => !own.includes(name.replace(/^fault:/, '')));
  if (index === -1) return null;
  return {
    message: `\`${measure.during[index] ?? ''}\` is not on \`${measure.subject ?? ''}\``,
    offset: positions.phases[index] ?? 0,
    suggestion: `known: ${own.map((id) => `fault:${id}`).join(', ')}`,
  };
}

function checkDueTimes({ metric, subject }: Measure, at: number, known: KnownNames): SyntaxProblem | null {
  if (metric !== 'achieved') return null;
  const steps = known.series.filter((series) => speaksOf(subject, series.name));
  const mixed = steps.find((series) => series.isMixed);
  if (mixed !== undefined) {
    return {
      message: `\`achieved\` needs due times, and a part of the load of \`${mixed.name}\` has none`,
      offset: at,
      suggestion: 'give the users `every`, or a flow of their own',
    };
  }
  if (steps.some((series) => series.hasDueTime)) return null;
  return {
    message: '`achieved` needs due times, and closed unpaced load has none',
    offset: at,
    suggestion: 'use `arrivals`, a paced `repeat … every`, or leave it out',
  };
}

const mostNamed = 3;

/** k6 has these thresholds of HTTP requests; with other steps among them a healthy socket would hide what fails. */
export function checkHttpAlone(
  { httpAlone, metric: offset }: Positions,
  { series }: Pick<KnownNames, 'series'>,
): SyntaxProblem | null {
  if (httpAlone === undefined) return null;
  const steps = series.filter(({ name }) => speaksOf(null, name));
  const others = steps.filter(({ isHttp }) => !isHttp).map(({ name }) => `\`${name}\``);
  if (others.length === 0) return null;
  const more = others.length > mostNamed ? ` and ${others.length - mostNamed} more` : '';
  const named = others.slice(0, mostNamed).join(', ') + more;
  const http = steps.find(({ isHttp }) => isHttp)?.name;
  const byName = http === undefined ? '' : `name a step, e.g. \`${httpAlone}{name:${http}}\`, or `;
  return {
    message: `\`${httpAlone}\` of k6 is about HTTP requests alone, and without a name it would be about all steps, also ${named}`,
    offset,
    suggestion: `${byName}promise what is meant in Mettle's words`,
  };
}

/** The first reference to something unknown, with its offset in the text that was parsed; null when all is known. */
export function checkReferences(
  measure: Measure,
  positions: Positions,
  known: KnownNames,
): SyntaxProblem | null {
  const own =
    checkSubject(measure, positions.subject, known) ??
    checkPhases(measure, positions, known) ??
    checkLink(measure, positions, known) ??
    checkDueTimes(measure, positions.metric, known) ??
    checkHttpAlone(positions, known);
  const { against } = measure;
  if (own !== null || against === undefined) return own;
  return checkReferences(against.measure, positions.against ?? positions, known);
}
