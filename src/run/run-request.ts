// What one run is asked to be.

import type { Scenario } from '../scenario/scenario.ts';
import type { TargetSpec } from '../system/target-spec.ts';
import type { Stage } from './stage.ts';

export interface RunRequest {
  readonly stage: Stage;
  readonly scenario: Scenario;
  readonly target: TargetSpec;
  readonly variant: string;
  readonly seed: number;
  readonly id: string;
  /** Folder of the record. */
  readonly folder: string;
  /** What repeats this run, for the report. */
  readonly command: string;
  readonly threads: number;
  readonly signal: AbortSignal;
  readonly progress: (line: string) => void;
}
