// Promises and the primary metric: readable, about series, phases and faults that this scenario has.

import type { Measure, Parsed } from '../../slo/expression.ts';
import { parseMeasure, parsePromise } from '../../slo/parse.ts';
import { checkReferences, type KnownNames } from '../../slo/references.ts';
import { type Problem, valueAt } from '../issues.ts';
import type { Scenario } from '../scenario.ts';
import { seriesNames } from '../series-names.ts';
import type { Path } from '../yaml-document.ts';
import type { Check } from './check.ts';

export const knownNames = (scenario: Pick<Scenario, 'flows' | 'load' | 'chaos'>): KnownNames => ({
  series: seriesNames(scenario),
  faults: scenario.chaos.map(({ id }) => id),
});

export const checkPromises: Check = ({ scenario, written }) => {
  const known = knownNames(scenario);
  const promises = scenario.slo.flatMap(({ assert }, index) => {
    const path = ['slo', index];
    const isText = typeof valueAt(written, path) === 'string';
    return checkText(
      parsePromise(assert),
      ({ measure }) => measure,
      isText ? path : [...path, 'assert'],
      known,
    );
  });
  return [
    ...promises,
    ...(scenario.primary === null ? [] : checkMeasure(scenario.primary, ['primary'], known)),
  ];
};

/** A metric without a limit, as `primary` and claims name it. */
export const checkMeasure = (text: string, path: Path, known: KnownNames): Problem[] =>
  checkText(parseMeasure(text), (measure) => measure, path, known);

function checkText<Value>(
  parsed: Parsed<Value>,
  measureOf: (value: Value) => Measure,
  path: Path,
  known: KnownNames,
): Problem[] {
  const problem = parsed.ok
    ? checkReferences(measureOf(parsed.value), parsed.positions, known)
    : parsed.problem;
  if (problem === null) return [];
  const { message, offset, suggestion } = problem;
  return [{ path, part: 'value', offset, message, suggestion: suggestion ?? undefined }];
}
