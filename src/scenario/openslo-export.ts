// Promises as OpenSLO documents: shares as ratios, everything else with a threshold; what it has no words for, annotated.

import { stringify } from 'yaml';
import type { PromiseExpression } from '../slo/expression.ts';
import { promiseFrom } from '../slo/gates.ts';
import { metricNamed } from '../slo/metrics/registry.ts';
import { printMeasure, printPromise } from '../slo/print.ts';
import { ownSource } from './openslo-measure.ts';
import { percentText, restOf, shareAskedBy, shareOfPercent } from './openslo-numbers.ts';
import { wordFor } from './openslo-objective.ts';
import type { PromiseSpec, Scenario } from './scenario.ts';

/** What is read of a scenario. Times in microseconds. */
export type Exported = Pick<Scenario, 'name' | 'slo' | 'durationMicros' | 'warmupMicros'> & {
  /** The service that the promises are about. */
  readonly service: string;
};

type Map = Readonly<Record<string, unknown>>;

interface Limit {
  /** Without windows and phases: `p95(query)`. */
  readonly number: number;
  readonly unit: string;
  /** `last_green`; null: the limit is fixed. */
  readonly versus: string | null;
}

/** One document for each promise, in their order. Throws PROMISE_SYNTAX for text that was never validated. */
export function openSloOf(scenario: Exported): Map[] {
  const minutes = Math.max(1, Math.ceil((scenario.durationMicros - scenario.warmupMicros) / 60_000_000));
  return scenario.slo.map((spec, index) => documentOf(spec, index, scenario, `${minutes}m`));
}

/** The documents as YAML, the same for the same promises. */
export const openSloText = (documents: readonly Map[]): string =>
  documents.map((document) => stringify(document, { lineWidth: 0 })).join('---\n');

function documentOf(spec: PromiseSpec, index: number, { name, service }: Exported, duration: string): Map {
  const promise = promiseFrom(spec.assert);
  const metric = printMeasure(promise.measure);
  const limit = limitIn(promise);
  const ratio = limit.versus === null ? ratioIn(promise, limit) : null;
  const words = {
    ...wordsOf(spec, promise),
    ...(ratio === null || !ratio.isStrict ? {} : { 'mettle/op': wordFor(promise.operator) }),
    ...(limit.versus === null ? {} : { 'mettle/versus': limit.versus }),
  };
  const units = ratio === null && limit.unit !== '' ? { 'mettle/unit': limit.unit } : {};
  const sli = { name: slug(metric), annotations: { 'mettle/metric': metric, ...units } };
  return {
    apiVersion: 'openslo/v1',
    kind: 'SLO',
    metadata: {
      name: slug(`${String(index + 1).padStart(2, '0')} ${metric}`, slug(name, '', 24)),
      displayName: spec.assert,
      ...(Object.keys(words).length === 0 ? {} : { annotations: words }),
    },
    spec: {
      description: `A promise of the Mettle scenario ${JSON.stringify(name)}.`,
      service: slug(service),
      indicator: { metadata: sli, spec: ratio === null ? thresholdMetric(metric) : ratioMetric(metric) },
      timeWindow: [{ duration, isRolling: true }],
      ...(ratio === null
        ? thresholdObjective(promise, limit, duration)
        : countedOf({ target: ratio.target })),
    },
  };
}

const countedOf = (objective: Map): Map => ({ budgetingMethod: 'Occurrences', objectives: [objective] });

/** A percentile says which share is below it; any other value is one slice as long as the run, which has to be good. */
function thresholdObjective({ measure, operator }: PromiseExpression, limit: Limit, duration: string): Map {
  const threshold = { op: wordFor(operator), value: limit.number };
  const share = limit.versus === null ? shareAskedBy(measure, operator) : null;
  if (share !== null) return countedOf({ ...threshold, target: share });
  const slice = { timeSliceTarget: 1, timeSliceWindow: duration };
  return { budgetingMethod: 'Timeslices', objectives: [{ ...threshold, target: 0.99, ...slice }] };
}

/**
 * Good of total, when the promise is a share of the offered work that is to be high (or of bad work that is to be low).
 * What is spent of a budget is a share of nothing that is offered.
 */
function ratioIn(
  { measure, operator }: PromiseExpression,
  { number, unit }: Limit,
): { readonly target: number; readonly isStrict: boolean } | null {
  const metric = metricNamed(measure.metric);
  if (metric?.unit !== 'share' || metric.subject !== 'series' || measure.against !== undefined) return null;
  if (metric.argument === 'target') return null;
  const higher = metric.better === 'higher';
  if (!operator.startsWith(higher ? '>' : '<')) return null;
  const share = shareOfPercent(number);
  const target = higher ? share : restOf(share);
  const readBack = percentText(higher ? target : restOf(target));
  // All or nothing is no target; a share finer than OpenSLO's numbers carry is told by a threshold, digit by digit.
  if (target <= 0 || target >= 1 || readBack !== `${number}${unit}`) return null;
  return { target, isStrict: !operator.endsWith('=') };
}

/** `2s` → 2 and `s`; `+10% vs last_green` → 10, `%` and `last_green`. */
function limitIn({ measure, operator, limit }: PromiseExpression): Limit {
  const { windows: _, against, ...own } = measure;
  const bare = {
    ...own,
    during: [],
    ...(against === undefined
      ? {}
      : { against: { ...against, measure: { ...against.measure, during: [] } } }),
  };
  const text = printPromise({ measure: bare, operator, limit }).slice(
    `${printMeasure(bare)} ${operator} `.length,
  );
  const [, sign = '', digits = '', unit = '', versus = null] =
    /^([+-]?)(\d+(?:\.\d+)?)\s*(\S*?)(?:\s+vs\s+(.+))?$/.exec(text) ?? [];
  return { number: Number(`${sign === '-' ? '-' : ''}${digits}`), unit, versus };
}

const seconds = (micros: number): string => `${micros / 1_000_000}s`;

function wordsOf(spec: PromiseSpec, promise: PromiseExpression): Map {
  const { severity, abortAfterMicros, minSamples, onNoData } = spec;
  const windowMicros = spec.windowMicros ?? promise.windowMicros;
  return {
    ...(severity === 'warn' ? { 'mettle/severity': severity } : {}),
    ...(windowMicros === undefined ? {} : { 'mettle/window': seconds(windowMicros) }),
    ...(abortAfterMicros === undefined ? {} : { 'mettle/abort': seconds(abortAfterMicros) }),
    ...(minSamples === undefined ? {} : { 'mettle/min-samples': String(minSamples) }),
    ...(onNoData === undefined ? {} : { 'mettle/on-no-data': onNoData }),
  };
}

const source = (spec: Map): Map => ({ metricSource: { type: ownSource, spec } });

const thresholdMetric = (metric: string): Map => ({ thresholdMetric: source({ metric }) });

const ratioMetric = (metric: string): Map => ({
  ratioMetric: {
    counter: true,
    good: source({ metric, counts: 'good' }),
    total: source({ metric, counts: 'total' }),
  },
});

/** As Kubernetes names things: at most 63 small letters, digits and hyphens. */
function slug(text: string, before = '', most = 63): string {
  const words = `${before} ${text}`.toLowerCase().replace(/[^a-z0-9]+/g, '-');
  return (
    words
      .slice(0, most + 1)
      .replace(/^-+|-+$/g, '')
      .slice(0, most)
      .replace(/-+$/, '') || 'x'
  );
}
