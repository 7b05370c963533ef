// What every fault on a process shares: the contract with its notation.

import type { z } from 'zod';
import type { Clock } from '../../kernel/clock.ts';
import type { UndoIntent } from '../../kernel/ports.ts';
import type { FidelityCheck } from '../../record/schema.ts';
import type { FaultProcess } from '../fault.ts';

type Notation = z.ZodType<{ readonly kind: string }>;

/** What one injection is about. */
export interface ProcessScene {
  readonly process: FaultProcess;
  readonly intent: UndoIntent;
  readonly clock: Clock;
  readonly forMicros: number;
  /** Aborted when the run is stopped: what is down then is not started just to be stopped. */
  readonly stopping: AbortSignal;
}

/** One injection under way. */
export interface ProcessAct {
  /** Acts. Resolves once the effect has been read back. */
  apply(): Promise<void>;
  /** Puts back what only Mettle itself can: see `Action.restore` in hold.ts. Also called when `apply` has rejected. */
  readonly restore?: () => Promise<string | null>;
  /** What was asked for against what happened. */
  judge(): FidelityCheck[];
}

/** One kind of fault on a process: how it is written, and what it does. */
export interface ProcessFault<Input extends Notation> {
  readonly kind: z.output<Input>['kind'];
  /** `{ fault, with }` as written in scenarios; its output is the normalised fault. */
  readonly input: Input;
  /** Its parameters as a person would write them, defaults included. */
  parameters(spec: z.output<Input>): Record<string, string>;
  /** Everything needed to undo, known before acting. Throws a MettleError for what cannot be done. */
  plan(spec: z.output<Input>, id: string, process: FaultProcess): UndoIntent;
  act(spec: z.output<Input>, scene: ProcessScene): ProcessAct;
  /** What a person is told of the undo by --dry-run: `let target go on (SIGCONT)`. */
  undoInWords(spec: z.output<Input>, on: string): string;
  /** Whether it must still be there when it is cleared, as the kind of its undo can tell. */
  readonly lastsUntilCleared: boolean;
}

/** Ties a fault's types to what its notation yields. */
export const defineProcessFault = <Input extends Notation>(fault: ProcessFault<Input>): ProcessFault<Input> =>
  fault;
