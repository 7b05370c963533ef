// Promises and the primary metric: readable, about series, phases and faults that this scenario has.

import { placeOf } from '../../faults/registry.ts';
import { directionOf, withoutDirection } from '../../slo/direction.ts';
import type { Measure, Parsed, Positions, SyntaxProblem } from '../../slo/expression.ts';
import { parseMeasure, parsePromise } from '../../slo/parse.ts';
import { checkReferences, type KnownNames } from '../../slo/references.ts';
import type { TargetSpec } from '../../system/target-spec.ts';
import { type Problem, valueAt } from '../issues.ts';
import type { Scenario } from '../scenario.ts';
import { seriesNames } from '../series-names.ts';
import type { Path } from '../yaml-document.ts';
import type { Check } from './check.ts';
import { containersIn, unwatched, watchedNames } from './promise-watched.ts';
import { checkWindows, type Timed } from './promise-windows.ts';

export const knownNames = (
  scenario: Pick<Scenario, 'flows' | 'load' | 'chaos'>,
  target: TargetSpec,
): KnownNames => ({
  series: seriesNames(scenario).map((series) => ({ ...series, isHttp: series.step?.kind === 'http' })),
  faults: scenario.chaos.map(({ id }) => id),
  links: linksOf(scenario.chaos),
  observed: watchedNames(target),
  scraped: null,
});

function linksOf(chaos: Scenario['chaos']): KnownNames['links'] {
  const onLinks = chaos.filter(({ fault, on }) => placeOf(fault.kind, on) === 'link');
  return [...new Set(onLinks.map(({ on }) => on))].map((name) => ({
    name,
    faults: onLinks.filter(({ on }) => on === name).map(({ id }) => id),
  }));
}

/** `written`: the document that has them under `slo`; `target`: absent where a record shows what was watched. */
export function checkSlo(
  timed: Timed & Pick<Scenario, 'slo'>,
  written: unknown,
  known: KnownNames,
  target?: TargetSpec,
): Problem[] {
  return timed.slo.flatMap((spec, index) => {
    const path = ['slo', index];
    const textPath = typeof valueAt(written, path) === 'string' ? path : [...path, 'assert'];
    const parsed = parsePromise(spec.assert);
    const text = checkText(parsed, ({ measure }) => measure, textPath, known, target);
    if (text.length > 0 || !parsed.ok) return text;
    return checkWindows({ spec, promise: parsed.value, path, textPath }, timed);
  });
}

export const checkPromises: Check = ({ scenario, written, target }) => {
  const known = knownNames(scenario, target);
  return [
    ...checkSlo(scenario, written, known, target),
    ...(scenario.primary === null ? [] : checkPrimary(scenario.primary, scenario.slo, known, target)),
  ];
};

/** What gates a comparison must have a better side. */
function checkPrimary(text: string, slo: Scenario['slo'], known: KnownNames, target: TargetSpec): Problem[] {
  const problems = checkMeasure(text, ['primary'], known, target);
  const parsed = parseMeasure(text);
  if (problems.length > 0 || !parsed.ok) return problems;
  const promises = slo.flatMap(({ assert }) => {
    const promise = parsePromise(assert);
    return promise.ok ? [promise.value] : [];
  });
  if (directionOf(parsed.value, promises) !== null) return [];
  const suggestion = 'promise it in `slo` with `<` or `>`, or compare another metric';
  return [{ path: ['primary'], part: 'value', message: withoutDirection(parsed.value), suggestion }];
}

/** A metric without a limit, as `primary` and claims name it. */
export const checkMeasure = (text: string, path: Path, known: KnownNames, target: TargetSpec): Problem[] =>
  checkText(parseMeasure(text), (measure) => measure, path, known, target);

function checkText<Value>(
  parsed: Parsed<Value>,
  measureOf: (value: Value) => Measure,
  path: Path,
  known: KnownNames,
  target: TargetSpec | undefined,
): Problem[] {
  const problem = parsed.ok
    ? namesProblem(measureOf(parsed.value), parsed.positions, known, target)
    : parsed.problem;
  if (problem === null) return [];
  const { message, offset, suggestion } = problem;
  return [{ path, part: 'value', offset, message, suggestion: suggestion ?? undefined }];
}

function namesProblem(
  measure: Measure,
  positions: Positions,
  known: KnownNames,
  target: TargetSpec | undefined,
): SyntaxProblem | null {
  if (target === undefined) return checkReferences(measure, positions, known);
  const observed = [...known.observed, ...containersIn(measure, target)];
  return unwatched(measure, positions, target) ?? checkReferences(measure, positions, { ...known, observed });
}
