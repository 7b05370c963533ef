// A scenario after validation: defaults filled in, units resolved, every reference checked. Plain data.

import type { StepSpec } from '../engines/registry.ts';
import type { FaultSpec } from '../faults/registry.ts';
import type { HttpSettings, TlsSettings } from '../engines/settings.ts';
import type { Json } from '../kernel/json.ts';
import type { OnNoData } from '../slo/gates.ts';

export interface ThinkStep {
  readonly kind: 'think';
  readonly minMicros: number;
  readonly maxMicros: number;
}

export interface RepeatStep {
  readonly kind: 'repeat';
  /** null = by `forMicros`. */
  readonly times: number | null;
  /** Turns begin until so much time has passed since the first began, at least one; null = by `times`. */
  readonly forMicros: number | null;
  /** null = back to back; otherwise each turn has a due time on this grid. */
  readonly everyMicros: number | null;
  readonly steps: readonly Step[];
}

/** Runs its steps, then asks its condition, over and over: at least once, at most to one of its limits. */
export interface UntilStep {
  readonly kind: 'until';
  /** Names the series of the whole wait; null = it has none, and only the iteration fails. */
  readonly name: string | null;
  /** As written, e.g. `status == "done"`; compiled by scenario/conditions. */
  readonly condition: string;
  /** From the start of a turn to the start of the next, at the least; null = back to back. */
  readonly everyMicros: number | null;
  readonly times: number | null;
  readonly withinMicros: number | null;
  readonly onError: 'stop' | 'continue';
  readonly steps: readonly Step[];
}

export interface IfStep {
  readonly kind: 'if';
  readonly condition: string;
  readonly then: readonly Step[];
  readonly else: readonly Step[];
}

export type Step = StepSpec | ThinkStep | RepeatStep | UntilStep | IfStep;

export interface Flow {
  readonly name: string;
  /** Its share among the flows of a load entry that names several. */
  readonly weight: number;
  /** Run once per virtual user (for arrivals: before every iteration), untimed by due times. */
  readonly before: readonly Step[];
  readonly steps: readonly Step[];
}

export interface RateStage {
  readonly fromPerSecond: number;
  readonly toPerSecond: number;
  readonly forMicros: number;
  readonly spacing: 'even' | 'poisson';
}

export interface UserStage {
  readonly fromUsers: number;
  readonly toUsers: number;
  readonly forMicros: number;
}

interface LoadCommon {
  /** One or more; each iteration runs one of them, picked by weight. */
  readonly flows: readonly string[];
  /** From the start of the load to the start of this entry. */
  readonly delayMicros: number;
}

export interface ArrivalsEntry extends LoadCommon {
  readonly model: 'arrivals';
  readonly stages: readonly RateStage[];
  readonly maxInFlight: number;
  readonly onLimit: 'drop' | 'queue';
}

export interface UsersEntry extends LoadCommon {
  readonly model: 'users';
  readonly stages: readonly UserStage[];
  /** Pace: each user begins an iteration on a grid of its own; null = as soon as the one before has ended. */
  readonly everyMicros: number | null;
  /** When so many are done a user leaves (`user`), or all do (`total`); null = only the stages end them. */
  readonly iterations: { readonly count: number; readonly per: 'user' | 'total' } | null;
}

/** As fast as the target answers: closed, unpaced, without think time. */
export interface SaturateEntry extends LoadCommon {
  readonly model: 'saturate';
  readonly connections: number;
  readonly forMicros: number;
}

export type LoadEntry = ArrivalsEntry | UsersEntry | SaturateEntry;

export interface ProjectFile {
  /** Absolute. */
  readonly path: string;
  /** Of its content (hex): part of the scenario's identity. */
  readonly sha256: string;
}

export interface DataFeed {
  /** `unique`: each row at most once in the whole run; reading on when it has run out fails the step. */
  readonly pick: 'random' | 'sequential' | 'unique';
  /** How long a row stays: for an iteration, or for all that a virtual user does. */
  readonly per: 'iteration' | 'user';
  readonly rows: readonly { readonly [column: string]: Json }[];
}

export interface ScheduledFault {
  readonly id: string;
  /** From the start of the load. */
  readonly atMicros: number;
  readonly forMicros: number;
  /** A link, a process, or containers (`service:db`; faults/container/selector). */
  readonly on: string;
  /** Of several containers that match, so many at random; null = all. */
  readonly pick: number | null;
  readonly fault: FaultSpec;
  readonly inject: 'if-steady' | 'always';
  readonly traffic: 'required' | 'optional';
  /** It is injected again and again, from one begin to the next; times null = as often as it fits into the load. */
  readonly repeat?: { readonly everyMicros: number; readonly times: number | null };
  /** From 1: which of its times this is (occurrences.ts); not in a scenario. */
  readonly occurrence?: number;
}

export interface PromiseSpec {
  /** As written, e.g. `p95(query) < 2s during steady`; parsed by slo/parse. */
  readonly assert: string;
  readonly severity: 'fail' | 'warn';
  /** Every stretch of this length must hold, not only the whole. */
  readonly windowMicros?: number;
  /** Significantly broken for so long without a break, the run is stopped. */
  readonly abortAfterMicros?: number;
  /** Fewer say nothing, besides the rule of the metric. */
  readonly minSamples?: number;
  /** What it means when it cannot be judged for want of data; default: `invalid`. */
  readonly onNoData?: OnNoData;
}

export interface ClaimSpec {
  readonly id: string;
  readonly says: string;
  readonly metric: string;
  /** `at least 60% lower`, `at least 2x higher`, `at least 5 points lower`, `no worse than 10%`. */
  readonly expect: string;
  readonly documented: { readonly before: string; readonly after: string } | null;
  readonly because: string | null;
}

/** What a target's own variants are in `target:`; an inline URL needs no target file. */
export type TargetReference =
  | { readonly kind: 'file'; readonly path: string }
  | { readonly kind: 'url'; readonly http: string | null; readonly ws: string | null };

export interface Scenario {
  readonly name: string;
  /** Absolute path; null for `mettle run <url>`. */
  readonly file: string | null;
  readonly target: TargetReference;
  readonly variant: string | null;
  readonly seed: number;
  readonly data: Readonly<Record<string, DataFeed>>;
  readonly flows: Readonly<Record<string, Flow>>;
  readonly http: HttpSettings;
  readonly tls: TlsSettings;
  /** Every file that a step or setting names, by its path as written. */
  readonly files: Readonly<Record<string, ProjectFile>>;
  readonly load: readonly LoadEntry[];
  readonly warmupMicros: number;
  readonly gracefulStopMicros: number;
  /** The longest of the load entries. */
  readonly durationMicros: number;
  readonly chaos: readonly ScheduledFault[];
  readonly slo: readonly PromiseSpec[];
  readonly primary: string | null;
  readonly claims: readonly ClaimSpec[];
  /** SHA-256 of the canonical scenario, without variant, seed and file paths. */
  readonly hash: string;
}
