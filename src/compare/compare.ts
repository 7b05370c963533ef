// From pairs of run records to the comparison document. Pure: the same records give the same document.

import type { Noise } from '../record/noise-schema.ts';
import type { RunRecord } from '../record/schema.ts';
import type { Measure } from '../slo/expression.ts';
import { gatesOf, promiseFrom } from '../slo/gates.ts';
import { printMeasure } from '../slo/print.ts';
import { adjusted } from './adjusted.ts';
import { judgeClaim } from './claims.ts';
import type { Claim } from './claims.ts';
import { incomparable } from './comparable.ts';
import { compareMeasure, measureFrom, type MetricOptions } from './comparison.ts';
import { type ComparisonDesign, levelsOf, plannedPairs } from './design.ts';
import { informingMeasures } from './informing.ts';
import { judgeComparison, undoFailures, unreliableRuns } from './judgement.ts';
import { noiseBeside } from './noise-beside.ts';
import type { ComparedPair } from './pair-values.ts';
import { promisesOf, type RunsAlone } from './promise-tally.ts';
import { comparisonFormatVersion } from './schema.ts';
import type { Comparison, ComparisonRun, RepeatedRun } from './schema.ts';
import { spectraOf } from './spectrum.ts';

export interface ComparisonInput {
  readonly id: string;
  readonly scenario: Comparison['scenario'];
  readonly target: string;
  readonly variants: Comparison['variants'];
  readonly design: ComparisonDesign;
  /** Complete pairs, in order. */
  readonly pairs: readonly ComparedPair[];
  /** Runs in no pair, of which only the promises are counted; default: none. */
  readonly alone?: RunsAlone;
  /** Every run that counts, in the order in which they were made. */
  readonly runs: readonly ComparisonRun[];
  /** Attempts that were invalid and made again. */
  readonly repeats?: readonly RepeatedRun[];
  readonly seed: number;
  readonly startedAt: string;
  readonly finishedAt: string;
  readonly command: string;
  readonly primary: string | null;
  readonly promises: readonly { readonly assert: string; readonly severity: 'fail' | 'warn' }[];
  readonly claims: readonly Claim[];
  /** Metrics that stand on their own like those of claims, but nothing is claimed of them here; default: none. */
  readonly claimed?: readonly string[];
  readonly interrupted?: boolean;
  /** What could not be undone, in any run, also of incomplete pairs. */
  readonly undoFailed?: readonly string[];
  /** What else forbids a judgement, e.g. a run of a pair that never became complete. */
  readonly invalid?: readonly string[];
  /** In what else the runs differ, e.g. in the order in which they were made: refused like another machine. */
  readonly differences?: readonly string[];
  /** Compare even what differs; the differences are told. */
  readonly force?: boolean;
  readonly notes?: readonly string[];
  /** What comparing a variant with itself found on this machine; null or absent: nobody measured it. */
  readonly noise?: Noise | null;
}

const claimedIn = ({ claims, claimed = [] }: ComparisonInput): Measure[] =>
  [...claims.map(({ metric }) => metric), ...claimed].map(measureFrom);

/** The primary metric, every promise's, every claim's, and the usual ones of every phase: once each, by canonical name. */
function measuresOf(input: ComparisonInput, informing: readonly Measure[]): Measure[] {
  const { primary, promises } = input;
  const all = [
    ...(primary === null ? [] : [measureFrom(primary)]),
    ...promises.map((promise) => promiseFrom(promise.assert).measure),
    ...claimedIn(input),
    ...informing,
  ];
  return [...new Map(all.map((measure) => [printMeasure(measure), measure])).values()];
}

function environmentOf(pairs: readonly ComparedPair[]): Comparison['environment'] {
  const first = pairs[0]?.before.run.environment;
  if (first === undefined) return {};
  const { doctor: _inEachRecord, ...machine } = first;
  return machine;
}

/** What a broken promise that only warns is worth: a word. */
const warnings = (promises: Comparison['promises']): string[] =>
  promises
    .filter(({ severity, after }) => severity === 'warn' && after.failed > 0)
    .map(({ text, after: { passed, failed, other } }) => {
      const runs = passed + failed + other;
      return `after: ${text} broken in ${failed} of ${runs} runs, which only warns`;
    });

function notesOf(input: ComparisonInput, complete: number): string[] {
  const fewer = complete < plannedPairs(input.design);
  return [
    ...(input.notes ?? []),
    ...(fewer ? [`${complete} of ${plannedPairs(input.design)} pairs are complete`] : []),
    ...(input.primary === null
      ? ['no primary metric: metrics inform, none of them gates this comparison']
      : []),
  ];
}

const isCutShort = (run: RunRecord): boolean => run.verdict.status === 'interrupted';

/** Why nothing may be judged, and in what the runs differ when that was asked not to matter. */
function obstaclesOf(input: ComparisonInput, pairs: readonly ComparedPair[]) {
  const differences = [...new Set([...(input.differences ?? []), ...incomparable(pairs)])];
  const isForced = input.force === true;
  const others = [...(input.invalid ?? []), ...(isForced ? [] : differences), ...unreliableRuns(pairs)];
  return { forced: isForced ? differences : [], invalid: [...new Set(others)] };
}

/** Every metric, each judged alone and then those that inform together. */
function metricsOf(input: ComparisonInput, pairs: readonly ComparedPair[], options: Options) {
  const primary = input.primary === null ? null : measureFrom(input.primary);
  const informing = informingMeasures(primary, pairs, options.gates);
  const beside = noiseBeside(input.noise ?? null, pairs);
  const gating = primary === null ? null : printMeasure(primary);
  const compared = measuresOf(input, informing.measures).map((measure) =>
    compareMeasure(measure, pairs, { ...options, primary: printMeasure(measure) === gating }),
  );
  const claimed = new Set(claimedIn(input).map(printMeasure));
  const { metrics, notes } = adjusted(compared, pairs.length, options.levels, claimed);
  return {
    metrics: metrics.map((metric) => ({ ...metric, noise: beside.of(metric.metric, pairs.length) })),
    noise: beside.noise,
    notes: [...notes, ...(options.invalid === null ? informing.notes : []), ...beside.notes],
  };
}

type Options = Required<Omit<MetricOptions, 'primary'>>;

/** Compares interleaved pairs of runs. Throws METRIC_SYNTAX, PROMISE_SYNTAX or CLAIM_SYNTAX for text never validated. */
export function compareRuns(input: ComparisonInput): Comparison {
  // A run that was cut short is no measurement of its variant.
  const pairs = input.pairs.filter(({ before, after }) => !isCutShort(before.run) && !isCutShort(after.run));
  const gates = gatesOf(input.promises.map(({ assert, severity }) => ({ text: assert, severity })));
  const { forced, invalid } = obstaclesOf(input, pairs);
  const levels = levelsOf(input.design);
  const promises = input.promises.map(({ assert }) => promiseFrom(assert));
  const kept = promisesOf(input.promises, pairs, input.alone ?? { before: [], after: [] });
  const options: Options = { gates, levels, promises, invalid: invalid[0] ?? null };
  const { metrics, noise, notes } = metricsOf(input, pairs, options);
  const claims = input.claims.map((claim) => judgeClaim(claim, pairs, options));
  const { id, scenario, target, variants, seed, startedAt, finishedAt, command } = input;
  return {
    formatVersion: comparisonFormatVersion,
    ...{ id, scenario, target, variants },
    pairs: pairs.length,
    design: { kind: input.design.kind, looks: [...input.design.looks], ...levels },
    ...{ forced, noise, seed, startedAt, finishedAt, command },
    runs: [...input.runs],
    repeats: [...(input.repeats ?? [])],
    ...{ metrics, claims },
    promises: kept,
    spectra: spectraOf(pairs),
    environment: environmentOf(pairs),
    notes: [...notesOf(input, pairs.length), ...warnings(kept), ...notes],
    verdict: judgeComparison({
      ...{ pairs, metrics, claims, invalid },
      interrupted: input.interrupted === true || pairs.length < input.pairs.length,
      undoFailed: [...new Set([...(input.undoFailed ?? []), ...undoFailures(input.pairs)])],
    }),
  };
}
