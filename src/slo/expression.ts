// A promise as plain data: what the parser makes, the printer writes and every judgement reads.

export type Operator = '<' | '<=' | '>' | '>=';

/** The second argument of a metric: `p95(query, ok)`, `apdex(query, 500ms)`. */
export type MetricArgument =
  | { readonly kind: 'outcome'; readonly outcome: 'ok' | 'failed' }
  | { readonly kind: 'duration'; readonly micros: number };

/** What is measured, of what, and when: the left side of a promise, and all of a comparison's metric. */
export interface Measure {
  /** A name the registry knows: `p95`, `error_rate`, `recovery`. */
  readonly metric: string;
  /** A series, or a fault for `recovery`, `detection` and `deficit`; null pools all steps. */
  readonly subject: string | null;
  readonly argument: MetricArgument | null;
  /** Phase names; empty means everything but the warm-up. */
  readonly during: readonly string[];
}

export interface PromiseExpression {
  readonly measure: Measure;
  readonly operator: Operator;
  /** In the metric's own unit: µs, share (0…1), 1/s, score, count. */
  readonly limit: number;
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
}

export type Parsed<Value> =
  | { readonly ok: true; readonly value: Value; readonly positions: Positions }
  | { readonly ok: false; readonly problem: SyntaxProblem };
