// The contract of a metric: what it is called, its unit and direction, what it needs, and how it is computed.

import type { SliceCounts } from '../../measure/slice.ts';
import type { RunData } from '../../record/data.ts';
import type { SloRecord } from '../../record/schema.ts';
import type { Bounds } from '../bounds.ts';
import type { Measure, Operator } from '../expression.ts';
import type { Gate } from '../gate.ts';
import type { View, ViewHistograms } from '../select.ts';

/** Everything a metric may look at. */
export interface Evidence {
  readonly view: View;
  readonly data: RunData;
  /** The steady promises that detection and recovery are relative to. */
  readonly gates: readonly Gate[];
  /** Of the promise; null: a bare value is asked for (a comparison, a baseline). */
  readonly operator: Operator | null;
  /** Of the promise, in the metric's unit, for those that look at more or less by it; null or absent: there is none. */
  readonly limit?: number | null;
}

export interface Reading {
  /** In the metric's unit; null when it cannot be computed (then `note` says why). */
  readonly value: number | null;
  /** The value is a lower bound. */
  readonly atLeast: boolean;
  readonly samples: number;
  /** The value is a share of only this portion of its samples (a budget); absent: of all of them. */
  readonly portion?: number;
  /** Of a counter of whole things: how many it counted in the time, whatever the unit of the value. */
  readonly counted?: number;
  /** The value is an estimate of what lies somewhere between these. */
  readonly within?: Bounds;
  /** Worth telling, one sentence; the reason when there is no value. */
  readonly note: string | null;
  /** There is no value because there is nothing to judge, which is nobody's fault. */
  readonly nothingToJudge?: boolean;
  /** Why the value does not decide a limit: what was measured does not reach so far. null: it does. */
  undecided?(limit: number): string | null;
}

/** The share of bad work that a promise allows, and how to count it in a slice or in a whole view. */
export interface Allowance {
  readonly share: number;
  count(
    counts: SliceCounts,
    histograms: Partial<ViewHistograms>,
  ): { readonly bad: number; readonly total: number };
  /**
   * Whether seconds can be judged by it. False where only what came is counted, so that an outage looks like nothing;
   * more than 10 bad are certain all the same. Default: true.
   */
  readonly gates?: boolean;
  /** What is in flight for longer is bad, however it ends; null: only what has ended can be. Default: a percentile's limit. */
  readonly lateAfterMicros?: number | null;
}

export interface Metric {
  /** As shown to people when a name is unknown: `p1…p99.99`, `error_rate`. */
  readonly name: string;
  readonly pattern: RegExp;
  readonly unit: SloRecord['unit'];
  /** null: it depends on what it is of; what is promised about it says so. */
  readonly better: 'lower' | 'higher' | null;
  /** How two runs are compared: ln(after/before), or after − before in points. */
  readonly scale: 'log' | 'points';
  /** Of a ratio or difference of two: whether a side is a share of requests or a score over them. Absent: it is none. */
  readonly combinesCounted?: boolean;
  /** Of durations that run from an actual start by their nature: whether the load has due times is nothing to them. */
  readonly fromStart?: boolean;
  /**
   * What its first argument names. `observed`: a process or container that was watched (`target`, `postgres`,
   * `service:db`, `container:shop_db_1`). `scraped`: a Prometheus series, `name{label="x"}`.
   */
  readonly subject: 'series' | 'fault' | 'link' | 'observed' | 'scraped';
  /** `statistic` may be left out; the metric then says what is meant. `target` and `duration` are required. */
  readonly argument: 'none' | 'outcome' | 'duration' | 'statistic' | 'target';
  /** Smaller values cannot be told apart, in its unit: see src/compare/resolution.ts for what follows. */
  readonly resolution: number;
  /** δ of comparisons: a share of the value on the log scale, points (0.005 = half a point) otherwise. */
  tolerance(name: string): number;
  /** Why so many samples are too few; null when they are enough. `limit` null: the bare value is asked for. */
  tooFew(measure: Measure, samples: number, limit: number | null): string | null;
  /** Null when the promise allows no countable share (`mean`, `throughput`, a lower bound on a latency). */
  allowance(measure: Measure, operator: Operator, limit: number): Allowance | null;
  compute(measure: Measure, evidence: Evidence): Reading;
}

/** A reading without a value. */
export const noReading = (note: string, samples = 0): Reading => ({
  value: null,
  atLeast: false,
  samples,
  note,
});

/** Of a value that is a lower bound: the limits that it does not decide. `why`: that it is one. */
export const undecidedFrom =
  (value: number, why: string, operator: Operator | null) =>
  (limit: number): string | null =>
    limit > value || (limit === value && operator === '<=') ? why : null;

/** What every metric says when nothing was offered. */
export const noData: Reading = noReading('no data: nothing was offered');
