// A promise as plain data: what the parser makes, the printer writes and every judgement reads.

export type Operator = '<' | '<=' | '>' | '>=';

/** The second argument of a metric: `p95(query, ok)`, `apdex(query, 500ms)`. */
export type MetricArgument =
  | { readonly kind: 'outcome'; readonly outcome: 'ok' | 'failed' }
  | { readonly kind: 'duration'; readonly micros: number }
  /** `cpu(target, max)`, `first_byte(query, p99)`: how many values become one. */
  | { readonly kind: 'statistic'; readonly statistic: Statistic }
  /** The promised share of good answers: `burn(query, 99.9%)`. */
  | { readonly kind: 'target'; readonly share: number };

/** `mean`, `max`, `min`, `p1` … `p99.99`. */
type Statistic = string;

/** The windows of a burn rate: `over 60s/5s`. */
export interface BurnWindows {
  readonly longMicros: number;
  readonly shortMicros: number;
}

/** What is measured, of what, and when: the left side of a promise, and all of a comparison's metric. */
export interface Measure {
  /** A name the registry knows: `p95`, `error_rate`, `recovery`. */
  readonly metric: string;
  /** A series, or a fault for `recovery`, `detection` and `deficit`; null pools all steps. */
  readonly subject: string | null;
  readonly argument: MetricArgument | null;
  /** Phase names; empty means everything but the warm-up. */
  readonly during: readonly string[];
  /** Of a burn rate only. */
  readonly windows?: BurnWindows;
  /** The other side of a ratio or a difference: `p99(query) / p50(query)`. It has no other side of its own. */
  readonly against?: { readonly operation: Operation; readonly measure: Measure };
}

export type Operation = '/' | '-';

/** What a relative promise is held against: `vs last_green`, `vs pinned(<run id>)`, `vs rolling_median(20)`, `vs merge_base`. */
export type Baseline =
  | { readonly kind: 'last_green' }
  | { readonly kind: 'pinned'; readonly run: string }
  /** Where this work left a branch; null: the one that it will be merged into. */
  | { readonly kind: 'merge_base'; readonly branch: string | null }
  | { readonly kind: 'rolling_median'; readonly runs: number };

/** `+10% vs last_green`: the limit is the baseline's value × (1 + share), or + the amount in the metric's unit. */
export interface RelativeLimit {
  readonly change:
    { readonly kind: 'share'; readonly share: number } | { readonly kind: 'amount'; readonly amount: number };
  readonly baseline: Baseline;
}

export interface PromiseExpression {
  readonly measure: Measure;
  readonly operator: Operator;
  /** In the metric's own unit: µs, share (0…1), 1/s, score, count, bytes; or relative to other runs. */
  readonly limit: number | RelativeLimit;
  /** `over 10s`: every stretch of this length must hold, too. */
  readonly windowMicros?: number;
}

/** What is wrong with a text, and where (offset in UTF-16 units from its start). */
export interface SyntaxProblem {
  readonly message: string;
  readonly offset: number;
  /** What to write instead, as one short sentence. */
  readonly suggestion: string | null;
}

/** Offsets of the parts that can refer to something unknown. */
export interface Positions {
  readonly metric: number;
  readonly subject: number;
  /** One per entry of `during`. */
  readonly phases: readonly number[];
  /** Of the other side of a ratio or a difference. */
  readonly against?: Positions;
  /** Of a threshold of k6 that names no step and is about HTTP alone: its metric, as k6 calls it. */
  readonly httpAlone?: string;
}

export type Parsed<Value> =
  | { readonly ok: true; readonly value: Value; readonly positions: Positions }
  | { readonly ok: false; readonly problem: SyntaxProblem };
