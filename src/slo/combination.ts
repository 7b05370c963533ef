// The ratio or the difference of two metrics as a metric of its own, so that nothing that judges metrics has to know.

import { combineReadings, isCounted } from './combined-reading.ts';
import type { Measure, Operator } from './expression.ts';
import type { Evidence, Metric, Reading } from './metrics/metric.ts';
import { viewOf } from './select.ts';

type Against = NonNullable<Measure['against']>;

interface Pair {
  readonly one: Metric;
  readonly other: Metric;
}

const turned = { '<': '>', '<=': '>=', '>': '<', '>=': '<=' } as const;

/** A larger other side makes the whole smaller: what is worst for the promise is the other way round. */
const operatorOfOther = (operator: Operator | null): Operator | null =>
  operator === null ? null : turned[operator];

/** The least change of a ratio that is worth telling, on the log scale. */
const leastTolerance = 0.05;

function readBoth(
  measure: Measure,
  against: Against,
  { one, other }: Pair,
  evidence: Evidence,
): { first: Reading; second: Reading; view: Evidence['view'] } {
  const { data, gates, operator } = evidence;
  const subject = other.subject === 'series' ? against.measure.subject : null;
  const view = viewOf(data, subject, against.measure.during);
  // The limit is that of both together, and says nothing about one of them.
  const first = one.compute(measure, { ...evidence, limit: null });
  const second = other.compute(against.measure, { view, data, gates, operator: operatorOfOther(operator) });
  return { first, second, view };
}

/** Two counted shares that differ by less than one in all samples differ by nothing. */
function tooFewToDiffer(samples: number, limit: number): string | null {
  const size = Math.abs(limit);
  if (samples * size >= 1 - 1e-9) return null;
  if (size === 0) return 'no number of samples can show that there is no difference';
  return `this difference needs at least ${Math.ceil(1 / size - 1e-6)} samples, there are ${samples}`;
}

/** `measure` without its other side, which is `against`. */
export function combinedMetric(measure: Measure, against: Against, pair: Pair): Metric {
  const { one, other } = pair;
  const isRatio = against.operation === '/';
  const counted = [one, other].some((metric) => isCounted({ metric }));
  const own = Math.max(one.tolerance(measure.metric), other.tolerance(against.measure.metric));
  const shape = {
    unit: isRatio ? 'count' : one.unit,
    scale: isRatio ? 'log' : one.scale,
    resolution: isRatio ? 0.001 : Math.max(one.resolution, other.resolution),
  } as const;
  return {
    ...{ name: one.name, pattern: one.pattern, better: one.better },
    ...{ subject: one.subject, argument: one.argument },
    ...shape,
    combinesCounted: [one, other].some(
      ({ unit, subject }) => (unit === 'share' || unit === 'score') && subject === 'series',
    ),
    tolerance: () => (isRatio ? Math.max(leastTolerance, own) : own),
    // What a side alone has too few of it says itself, and there is no value then.
    tooFew: (_measure, samples, limit) =>
      isRatio || !counted || limit === null ? null : tooFewToDiffer(samples, limit),
    allowance: () => null,
    compute: (_measure, evidence) => {
      const { first, second, view } = readBoth(measure, against, pair, evidence);
      return combineReadings(
        { measure, metric: one, reading: first, value: first.value, view: evidence.view },
        { measure: against.measure, metric: other, reading: second, value: second.value, view },
        {
          ...{ operation: against.operation, operator: evidence.operator, metric: shape },
          limit: evidence.limit ?? null,
        },
      );
    },
  };
}
