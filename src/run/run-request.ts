// What one run is asked to be.

import type { Scenario } from '../scenario/scenario.ts';
import type { TargetSpec } from '../system/target-spec.ts';
import type { KnownMachine } from './doctor.ts';
import type { RunPlace } from './live-view.ts';
import type { ProgressOutput } from './progress.ts';
import type { Stage } from './stage.ts';

export interface EarlierPlaces {
  /** Folder of records. */
  readonly records: string;
  /** Folder of a history; null: none is looked at. */
  readonly history: string | null;
  /** A run that is not one of them. */
  readonly except?: string;
}

export interface RunRequest extends ProgressOutput {
  readonly stage: Stage;
  readonly scenario: Scenario;
  readonly target: TargetSpec;
  readonly variant: string;
  /** `--set target.env.…`; default: none. */
  readonly extraEnv?: Readonly<Record<string, string>>;
  readonly seed: number;
  readonly id: string;
  /** Folder of the record. */
  readonly folder: string;
  /** What repeats this run, for the report. */
  readonly command: string;
  readonly threads: number;
  /** What is known of this machine; default: nothing. */
  readonly machine?: KnownMachine;
  readonly signal: AbortSignal;
  /** Where earlier runs are, which it is held against; default: those beside it, in its folder's folder. */
  readonly earlier?: EarlierPlaces;
  /** The file that stops it; for the record of a run that has not ended. */
  readonly killFile?: string;
  /** Where it stands among the runs of a verification; default: it is the only one. */
  readonly place?: RunPlace;
}
