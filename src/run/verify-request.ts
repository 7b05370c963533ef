// What a verification is asked to be, and what it hands from step to step: plain shapes and its ports.

import type { ComparisonDesign } from '../compare/design.ts';
import type { ComparedPair } from '../compare/pair-values.ts';
import type { Comparison, ComparisonRun, RepeatedRun } from '../compare/schema.ts';
import { type Clock, systemClock } from '../kernel/clock.ts';
import type { RunData } from '../record/data.ts';
import type { Noise } from '../record/noise-schema.ts';
import type { Scenario } from '../scenario/scenario.ts';
import type { TargetSpec } from '../system/target-spec.ts';
import { conduct } from './conduct.ts';
import type { KnownMachine } from './doctor.ts';
import { knownNoise } from './known-noise.ts';
import type { Role } from './pair-order.ts';
import type { ProgressOutput } from './progress.ts';
import { writeRunReports } from './reports.ts';
import type { EarlierPlaces } from './run-request.ts';
import type { Stage } from './stage.ts';

/** What touches the world; a test puts others in their place. */
export interface VerifyPorts {
  readonly conduct: typeof conduct;
  readonly writeRunReports: typeof writeRunReports;
  readonly clock: Clock;
  /** What comparing a variant with itself found on this machine, for runs like this one; null: nobody did that. */
  readonly noiseOf: (run: RunData['run'], say: (line: string) => void) => Promise<Noise | null>;
}

export const realPorts: VerifyPorts = {
  conduct,
  writeRunReports,
  clock: systemClock,
  noiseOf: knownNoise,
};

export interface VerifyRequest extends ProgressOutput {
  readonly stage: Stage;
  readonly scenario: Scenario;
  readonly target: TargetSpec;
  readonly variants: Readonly<Record<Role, string>>;
  readonly design: ComparisonDesign;
  /** Before each run but the first: nothing runs then, and what the run before left behind can die away. */
  readonly coolDownMicros: number;
  readonly seed: number;
  readonly id: string;
  /** Folder of the comparison; the runs get folders inside it. */
  readonly folder: string;
  readonly command: string;
  readonly repeatFlags: string;
  /** More words for the comparison; default: none. */
  readonly notes?: readonly string[];
  /** Metrics that stand on their own like those of claims, but nothing is claimed of them; default: none. */
  readonly claimed?: readonly string[];
  /** What leads a single run to the server of a role; default: `--variant` and its name. */
  readonly variantFlags?: Readonly<Record<Role, string>>;
  readonly threads: number;
  /** What is known of this machine; default: nothing. */
  readonly machine?: KnownMachine;
  readonly signal: AbortSignal;
  readonly killFile?: string;
  /** What relative promises of its runs are held against; default: its own earlier runs. */
  readonly earlier?: EarlierPlaces;
}

export interface Verified {
  readonly comparison: Comparison;
  readonly reportPath: string;
  /** Of which it was made. */
  readonly pairs: readonly ComparedPair[];
}

export interface Concluded extends Verified {
  /** What ended it before its time, to be thrown once everything is kept; null: nothing did. */
  readonly failure: Error | null;
}

/** A run that counts. */
export interface MadeRun {
  readonly entry: ComparisonRun;
  readonly data: RunData;
}

/** Everything that was made so far; grows. */
export interface VerifyBook {
  readonly made: MadeRun[];
  /** Attempts that do not count. */
  readonly repeats: RepeatedRun[];
  /** More words for the comparison. */
  readonly notes: string[];
  /** Runs begun, whatever became of them. */
  attempts: number;
}

export type VerifyEnd =
  | { readonly kind: 'complete' }
  /** Both questions were answered at a look before the last. */
  | { readonly kind: 'decided' }
  | { readonly kind: 'interrupted' }
  /** The comparison cannot count any more, for these reasons of a run. */
  | { readonly kind: 'invalid'; readonly reasons: readonly string[] }
  /** A run left something behind: nothing more is measured on top of it. */
  | { readonly kind: 'left behind' }
  | { readonly kind: 'failed'; readonly error: Error };
