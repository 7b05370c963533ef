// Promises and the primary metric: readable, about series, phases and faults that this scenario has.

import { placeOf } from '../../faults/registry.ts';
import { formatDuration } from '../../kernel/units.ts';
import type { Measure, Parsed, PromiseExpression } from '../../slo/expression.ts';
import { gateOf } from '../../slo/gates.ts';
import { metricNamed } from '../../slo/metrics/registry.ts';
import { parseMeasure, parsePromise } from '../../slo/parse.ts';
import { checkReferences, type KnownNames } from '../../slo/references.ts';
import { type Problem, valueAt } from '../issues.ts';
import type { PromiseSpec, Scenario } from '../scenario.ts';
import { seriesNames } from '../series-names.ts';
import type { Path } from '../yaml-document.ts';
import type { Check } from './check.ts';

export const knownNames = (scenario: Pick<Scenario, 'flows' | 'load' | 'chaos'>): KnownNames => ({
  series: seriesNames(scenario),
  faults: scenario.chaos.map(({ id }) => id),
  links: linksOf(scenario.chaos),
  observed: [],
  scraped: null,
});

function linksOf(chaos: Scenario['chaos']): KnownNames['links'] {
  const onLinks = chaos.filter(({ fault, on }) => placeOf(fault.kind, on) === 'link');
  return [...new Set(onLinks.map(({ on }) => on))].map((name) => ({
    name,
    faults: onLinks.filter(({ on }) => on === name).map(({ id }) => id),
  }));
}

type Timed = Pick<Scenario, 'slo' | 'durationMicros' | 'warmupMicros'>;

/** `written`: the document that has them under `slo`. */
export function checkSlo(timed: Timed, written: unknown, known: KnownNames): Problem[] {
  return timed.slo.flatMap((spec, index) => {
    const path = ['slo', index];
    const isText = typeof valueAt(written, path) === 'string';
    const parsed = parsePromise(spec.assert);
    const text = checkText(parsed, ({ measure }) => measure, isText ? path : [...path, 'assert'], known);
    return text.length > 0 || !parsed.ok ? text : checkWindows(spec, parsed.value, path, timed);
  });
}

export const checkPromises: Check = ({ scenario, written }) => {
  const known = knownNames(scenario);
  return [
    ...checkSlo(scenario, written, known),
    ...(scenario.primary === null ? [] : checkMeasure(scenario.primary, ['primary'], known)),
  ];
};

/** `window` and `abort`: on what can be judged in parts of a run. */
function checkWindows(
  { assert, windowMicros, abortAfterMicros }: PromiseSpec,
  promise: PromiseExpression,
  path: Path,
  { durationMicros, warmupMicros }: Timed,
): Problem[] {
  const at = (key: string) => ({ path: [...path, key], part: 'value' }) as const;
  const { metric, during } = promise.measure;
  const judgedMicros = durationMicros - warmupMicros;
  if (windowMicros !== undefined && metricNamed(metric)?.subject !== 'series') {
    return [{ ...at('window'), message: `\`${metric}\` is about a whole fault: it has no windows` }];
  }
  if (windowMicros !== undefined && windowMicros > judgedMicros) {
    const message = `the window is longer than the load that is judged, ${formatDuration(judgedMicros)}`;
    return [{ ...at('window'), message }];
  }
  if (abortAfterMicros === undefined) return [];
  if (gateOf(assert, promise) === null) {
    const message = `\`${metric}\` cannot stop a run: it allows no share of bad answers that could be counted`;
    return [{ ...at('abort'), message, suggestion: 'use a percentile with `<`, or `error_rate`' }];
  }
  if (during.includes('warmup')) {
    return [{ ...at('abort'), message: 'nothing stops a run during its warm-up' }];
  }
  if (abortAfterMicros < judgedMicros) return [];
  const message = `the load that is judged lasts ${formatDuration(judgedMicros)}: it would be over before`;
  return [{ path: [...path, 'abort', 'after'], part: 'value', message }];
}

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
