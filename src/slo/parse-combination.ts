// One metric, or a ratio or a difference of two: which side is asked for in which phases.

import { Refusal, skipSpace, take } from './cursor.ts';
import type { Cursor } from './cursor.ts';
import type { Measure, Operation, Positions } from './expression.ts';
import { isAboutWhatIsLeft } from './metrics/left-metric.ts';
import type { Metric } from './metrics/metric.ts';
import { headOf } from './parse-measure.ts';
import type { Head } from './parse-measure.ts';
import { checkPhases, duringOf } from './parse-phases.ts';
import type { During } from './parse-phases.ts';
import type { Limited, Unit } from './quantity.ts';

interface Side {
  readonly head: Head;
  /** That stands with this side. */
  readonly during: During | null;
}

export interface Sides {
  readonly left: Side;
  readonly operation: Operation | null;
  readonly right: Side | null;
}

const unitWords: Readonly<Record<Unit, string>> = {
  µs: 'a time',
  share: 'a share',
  '1/s': 'a rate',
  count: 'a plain number',
  score: 'a score',
  bytes: 'a size',
};

function sideOf(cursor: Cursor): Side {
  const head = headOf(cursor);
  const during = duringOf(cursor);
  if (during !== null) checkPhases(head, during);
  return { head, during };
}

function operationOf(cursor: Cursor): Operation | null {
  skipSpace(cursor);
  const at = cursor.at;
  const blankBefore = /\s/.test(cursor.text[at - 1] ?? '');
  const found = take(cursor, /[/*+-]/y);
  if (found === null || found === '/') return found;
  if (found !== '-')
    throw new Refusal(`two metrics cannot be combined by \`${found}\``, at, 'use `/` or `-`');
  if (blankBefore && /\s/.test(cursor.text[cursor.at] ?? '')) return found;
  throw new Refusal('`-` needs a blank on each side', at, 'names hold hyphens: write `p95(a) - p95(b)`');
}

function checkPair(left: Head, right: Head): void {
  // Of an error budget: neither a pace nor what is spent of it is a share of the answers, which samples bound.
  const budget = [left, right].find(({ metric }) => metric.argument === 'target');
  if (budget !== undefined)
    throw new Refusal(
      `\`${budget.name}\` cannot be combined with another metric`,
      budget.at,
      'promise it alone',
    );
  const units = [left.metric.unit, right.metric.unit] as const;
  if (units[0] === units[1]) return;
  throw new Refusal(
    `\`${left.name}\` is ${unitWords[units[0]]}, \`${right.name}\` ${unitWords[units[1]]}`,
    right.at,
    'combine two metrics of one unit',
  );
}

/** Reads one measure, or two of one unit and what is between them. Throws Refusal. */
export function readSides(cursor: Cursor): Sides {
  const left = sideOf(cursor);
  const operation = operationOf(cursor);
  if (operation === null) return { left, operation, right: null };
  const right = sideOf(cursor);
  checkPair(left.head, right.head);
  const at = cursor.at;
  if (operationOf(cursor) !== null)
    throw new Refusal('no more than two metrics can be combined', at, 'leave out the third');
  return { left, operation, right };
}

/** Of answers, each of which is good or bad. */
const isCountedShare = ({ unit, subject }: Metric): boolean => unit === 'share' && subject !== 'observed';

/** Never above 1. What is spent of a budget may be more than all of it, and so may memory grow. */
const isPart = (metric: Metric): boolean =>
  metric.unit === 'score' || (isCountedShare(metric) && metric.argument !== 'target');

/** What a target tells of itself, and what is compared with the time before the load. */
const maybeNegative = ({ name, subject }: Metric): boolean =>
  subject === 'scraped' || isAboutWhatIsLeft(name);

/** What a limit of these must fit. */
export function limitedOf({ left, operation, right }: Sides): Limited {
  const { metric } = left.head;
  const metrics = [left, ...(right === null ? [] : [right])].map(({ head }) => head.metric);
  const isScraped = metric.subject === 'scraped' && metric.unit === 'count';
  return {
    unit: operation === '/' ? 'count' : metric.unit,
    kind: operation === '/' ? 'ratio' : isScraped ? 'scraped' : metric.unit,
    better: metric.better,
    operation,
    isCounted: metrics.some(isCountedShare),
    isBounded: operation !== '/' && metrics.every(isPart),
    isSigned: operation === '-' || metrics.some(maybeNegative),
    isCounter: isScraped && operation === null && /_total(?:\{|$)/.test(left.head.inside.subject ?? ''),
  };
}

const takesPhases = ({ head }: Side): boolean => head.metric.subject !== 'fault';

/** A `during` behind the limit is for every side without one of its own. */
function checkTrailing(sides: readonly Side[], trailing: During): void {
  const open = sides.filter((side) => side.during === null);
  if (open.length === 0) {
    const message =
      sides.length === 1 ? '`during` is said twice' : 'both sides have a `during` of their own already';
    throw new Refusal(message, trailing.at, 'leave this one out');
  }
  const taking = open.filter(takesPhases);
  for (const { head } of taking.length === 0 ? open : taking) checkPhases(head, trailing);
}

/**
 * One that stands with the right side alone is for both: `p99 / p50 during steady`. Metrics that look at faults keep to
 * their own.
 */
function phasesOf({ left, right }: Sides, trailing: During | null): [During | null, During | null] {
  if (trailing !== null) checkTrailing([left, ...(right === null ? [] : [right])], trailing);
  const given = (side: Side): During | null => side.during ?? (takesPhases(side) ? trailing : null);
  const ofRight = right === null ? null : given(right);
  const looksAtFaults = left.head.metric.subject === 'fault' || left.head.metric.subject === 'link';
  return [given(left) ?? (looksAtFaults ? null : (right?.during ?? null)), ofRight];
}

function partOf({ head }: Side, during: During | null): { measure: Measure; positions: Positions } {
  const { subject, subjectAt, argument } = head.inside;
  const phases = during?.phases ?? [];
  return {
    measure: { metric: head.name, subject, argument, during: phases.map((phase) => phase.name) },
    positions: { metric: head.at, subject: subjectAt, phases: phases.map((phase) => phase.at) },
  };
}

/** `trailing`: the `during` behind the limit. Throws Refusal. */
export function measureOf(
  sides: Sides,
  trailing: During | null,
  windows: Pick<Measure, 'windows'>,
): { measure: Measure; positions: Positions } {
  const { left, operation, right } = sides;
  const [ofLeft, ofRight] = phasesOf(sides, trailing);
  const one = partOf(left, ofLeft);
  if (operation === null || right === null)
    return { measure: { ...one.measure, ...windows }, positions: one.positions };
  const other = partOf(right, ofRight);
  return {
    measure: { ...one.measure, against: { operation, measure: other.measure } },
    positions: { ...one.positions, against: other.positions },
  };
}
