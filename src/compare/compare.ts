// From pairs of run records to the comparison document. Pure: the same records give the same document.

import type { Noise } from '../record/noise-schema.ts';
import type { RunRecord } from '../record/schema.ts';
import { gatesOf, promiseFrom } from '../slo/gates.ts';
import type { PromiseText } from '../slo/gates.ts';
import { printMeasure } from '../slo/print.ts';
import { metricOf } from '../slo/reading.ts';
import { judgeClaim } from './claims.ts';
import type { Claim } from './claims.ts';
import { incomparable } from './comparable.ts';
import { measureFrom, metricComparison } from './comparison.ts';
import { judgeComparison, undoFailures, unreliableRuns } from './judgement.ts';
import type { ComparedPair } from './pair-values.ts';
import { comparisonFormatVersion } from './schema.ts';
import { type ComparisonDesign, plannedPairs } from './design.ts';
import type { Comparison, ComparisonRun } from './schema.ts';
import { median } from './signed-rank.ts';
import { spectraOf } from './spectrum.ts';

export interface ComparisonInput {
  readonly id: string;
  readonly scenario: Comparison['scenario'];
  readonly target: string;
  readonly variants: Comparison['variants'];
  readonly design: ComparisonDesign;
  /** Complete pairs, in order. */
  readonly pairs: readonly ComparedPair[];
  /** Every run that counts, in the order in which they were made. */
  readonly runs: readonly ComparisonRun[];
  readonly seed: number;
  readonly startedAt: string;
  readonly finishedAt: string;
  readonly command: string;
  readonly primary: string | null;
  readonly promises: readonly { readonly assert: string; readonly severity: 'fail' | 'warn' }[];
  readonly claims: readonly Claim[];
  readonly interrupted?: boolean;
  /** What could not be undone, in any run, also of incomplete pairs. */
  readonly undoFailed?: readonly string[];
  /** What else forbids a judgement, e.g. a run of a pair that never became complete. */
  readonly invalid?: readonly string[];
  /** In what else the runs differ, e.g. in the order in which they were made: refused like another machine. */
  readonly differences?: readonly string[];
  /** Compare even what differs; the differences then become notes. */
  readonly force?: boolean;
  readonly notes?: readonly string[];
  /** What comparing a variant with itself found on this machine; null or absent: nobody measured it. */
  readonly noise?: Noise | null;
}

/** The primary metric, every promise's, every claim's: once each, under their canonical names. */
function metricsOf(input: ComparisonInput): string[] {
  const named = [
    ...(input.primary === null ? [] : [input.primary]),
    ...input.claims.map((claim) => claim.metric),
  ];
  const [primary, ...claimed] = named.map((text) => printMeasure(measureFrom(text)));
  const promised = input.promises.map((promise) => printMeasure(promiseFrom(promise.assert).measure));
  if (primary === undefined) return [...new Set(promised)];
  return input.primary === null
    ? [...new Set([...promised, primary, ...claimed])]
    : [...new Set([primary, ...promised, ...claimed])];
}

function tally(text: string, runs: readonly RunRecord[]): Comparison['promises'][number]['before'] {
  const results = runs.flatMap((run) => run.slo.filter((promise) => promise.text === text));
  const values = results.flatMap((promise) => promise.value ?? []);
  const count = (test: (status: string) => boolean): number =>
    results.filter((entry) => test(entry.status)).length;
  const passed = count((status) => status === 'pass');
  const failed = count((status) => status === 'fail' || status === 'warn');
  return {
    passed,
    failed,
    other: results.length - passed - failed,
    median: values.length === 0 ? null : median(values),
  };
}

function promisesOf(input: ComparisonInput, pairs: readonly ComparedPair[]): Comparison['promises'] {
  return input.promises.map(({ assert, severity }) => {
    const { measure, limit } = promiseFrom(assert);
    return {
      text: assert,
      severity,
      unit: metricOf(measure).unit,
      limit: typeof limit === 'number' ? limit : null,
      before: tally(
        assert,
        pairs.map((pair) => pair.before.run),
      ),
      after: tally(
        assert,
        pairs.map((pair) => pair.after.run),
      ),
    };
  });
}

function environmentOf(pairs: readonly ComparedPair[]): Comparison['environment'] {
  const first = pairs[0]?.before.run.environment;
  if (first === undefined) return {};
  const { doctor: _inEachRecord, ...machine } = first;
  return machine;
}

function notesOf(input: ComparisonInput, complete: number, differences: readonly string[]): string[] {
  const fewer = complete < plannedPairs(input.design);
  return [
    ...(input.notes ?? []),
    ...(fewer ? [`${complete} of ${plannedPairs(input.design)} pairs are complete`] : []),
    ...(input.force === true ? differences.map((difference) => `forced in spite of ${difference}`) : []),
    ...(input.primary === null
      ? ['no primary metric: metrics inform, none of them gates this comparison']
      : []),
  ];
}

const isCutShort = (run: RunRecord): boolean => run.verdict.status === 'interrupted';

/** Compares interleaved pairs of runs. Throws METRIC_SYNTAX, PROMISE_SYNTAX or CLAIM_SYNTAX for text never validated. */
export function compareRuns(input: ComparisonInput): Comparison {
  // A run that was cut short is no measurement of its variant.
  const pairs = input.pairs.filter(({ before, after }) => !isCutShort(before.run) && !isCutShort(after.run));
  const promises: PromiseText[] = input.promises.map(({ assert, severity }) => ({ text: assert, severity }));
  const gates = gatesOf(promises);
  const differences = [...(input.differences ?? []), ...incomparable(pairs)];
  const invalid = [
    ...new Set([
      ...(input.invalid ?? []),
      ...(input.force === true ? [] : differences),
      ...unreliableRuns(pairs),
    ]),
  ];
  const options = { gates, invalid: invalid[0] ?? null };
  const promised = promises.map(({ text }) => promiseFrom(text));
  const primary = input.primary === null ? null : printMeasure(measureFrom(input.primary));
  const metrics = metricsOf(input).map((text) =>
    metricComparison(text, pairs, { ...options, promises: promised, primary: text === primary }),
  );
  const claims = input.claims.map((claim) => judgeClaim(claim, pairs, options));
  return {
    formatVersion: comparisonFormatVersion,
    id: input.id,
    scenario: input.scenario,
    target: input.target,
    variants: input.variants,
    pairs: pairs.length,
    seed: input.seed,
    startedAt: input.startedAt,
    finishedAt: input.finishedAt,
    command: input.command,
    runs: [...input.runs],
    metrics,
    claims,
    promises: promisesOf(input, pairs),
    spectra: spectraOf(pairs),
    environment: environmentOf(pairs),
    notes: notesOf(input, pairs.length, differences),
    verdict: judgeComparison({
      pairs,
      metrics,
      claims,
      invalid,
      interrupted: input.interrupted === true || pairs.length < input.pairs.length,
      undoFailed: [...new Set([...(input.undoFailed ?? []), ...undoFailures(input.pairs)])],
    }),
  };
}
