// One promise over the runs of a comparison: kept how often before and after, and what was measured.

import { promiseFrom } from '../slo/gates.ts';
import { metricOf } from '../slo/reading.ts';
import type { RunRecord } from '../record/schema.ts';
import { boundedMedian } from './medians.ts';
import type { ComparedPair } from './pair-values.ts';
import type { Comparison } from './schema.ts';
import { isReliable } from './unreliable.ts';

type Tally = Comparison['promises'][number]['before'];

/** Runs in no pair: of metrics they say nothing, but they kept or broke their promises. */
export interface RunsAlone {
  readonly before: readonly RunRecord[];
  readonly after: readonly RunRecord[];
}

/** A run that measured nothing reliable neither kept nor broke a promise, and its value is none. */
function tally(text: string, runs: readonly RunRecord[]): Tally {
  const resultsOf = (some: readonly RunRecord[]) =>
    some.flatMap((run) => run.slo.filter((promise) => promise.text === text));
  const results = resultsOf(runs.filter(isReliable));
  const count = (test: (status: string) => boolean): number =>
    results.filter((entry) => test(entry.status)).length;
  const passed = count((status) => status === 'pass');
  const failed = count((status) => status === 'fail' || status === 'warn');
  const { value, atLeast } = boundedMedian(results);
  return {
    passed,
    failed,
    other: resultsOf(runs).length - passed - failed,
    median: value,
    medianAtLeast: atLeast,
  };
}

export const promisesOf = (
  promises: readonly { readonly assert: string; readonly severity: 'fail' | 'warn' }[],
  pairs: readonly ComparedPair[],
  alone: RunsAlone,
): Comparison['promises'] =>
  promises.map(({ assert, severity }) => {
    const { measure, limit } = promiseFrom(assert);
    const of = (role: 'before' | 'after'): Tally =>
      tally(assert, [...pairs.map((pair) => pair[role].run), ...alone[role]]);
    return {
      ...{ text: assert, severity, unit: metricOf(measure).unit },
      limit: typeof limit === 'number' ? limit : null,
      before: of('before'),
      after: of('after'),
    };
  });
