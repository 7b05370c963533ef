// What a check sees: the scenario with its defaults, as it was written, and the target it runs against.

import type { TargetSpec } from '../../system/target-spec.ts';
import type { Problem } from '../issues.ts';
import type { Scenario } from '../scenario.ts';

export interface CheckInput {
  /** Still without its hash, which is made of a scenario that is right. */
  readonly scenario: Omit<Scenario, 'hash'>;
  readonly target: TargetSpec;
  /** The document as written, for what positions need and defaults hide. */
  readonly written: unknown;
}

/** One kind of reference or rule; returns every breach of it. */
export type Check = (input: CheckInput) => Problem[];
