// What `mettle chaos apply --json` prints: the fault as it was asked for, and what was seen of it.

import type { InjectionResult } from '../faults/fault.ts';
import type { ExitCode } from '../kernel/errors.ts';

export interface AppliedDocument {
  readonly id: string;
  readonly kind: string;
  readonly on: string;
  /** The server; absent: it was put on containers. */
  readonly toxiproxy?: string;
  /** Names of those that it was put on. */
  readonly containers?: readonly string[];
  readonly with: Readonly<Record<string, string>>;
  readonly forMicros: number;
  readonly lastedMicros: number;
  readonly endedEarly: boolean;
  readonly status: InjectionResult['status'];
  readonly note: string | null;
  readonly fidelity: InjectionResult['fidelity'];
  readonly traffic: InjectionResult['traffic'];
  readonly observation: InjectionResult['observation'];
  readonly exitCode: ExitCode;
}
