// What every fault on a container shares: the contract with its notation.

import type { z } from 'zod';
import type { DockerAddress } from '../clients/docker-port.ts';
import type { ContainerState } from '../clients/docker-state.ts';
import type { UndoIntent } from '../../kernel/ports.ts';
import type { FidelityCheck } from '../../record/schema.ts';

/** One container that a fault may be put on: the guard has let it pass. */
export interface FaultContainer {
  readonly docker: DockerAddress;
  /** As it was a moment before. */
  readonly state: ContainerState;
}

/** What was seen of the container around the fault; null: the engine did not say. */
export interface ContainerSeen {
  readonly before: ContainerState;
  /** Right before the undo. */
  readonly during: ContainerState | null;
  /** Right after it. */
  readonly after: ContainerState | null;
  /** Processor time that it used while the fault was on. */
  readonly cpuMicros: number | null;
  /** Periods of its processor limit in which it wanted more than that, while the fault was on. */
  readonly throttledPeriods: number | null;
  /** Memory in use right before the undo. */
  readonly memoryBytes: number | null;
  /** Between the two readings that say what it used; null: not known. */
  readonly measuredMicros: number | null;
}

type Notation = z.ZodType<{ readonly kind: string }>;

/** One kind of fault on a container: how it is written, what it does, how it is judged. */
export interface ContainerFault<Input extends Notation> {
  readonly kind: z.output<Input>['kind'];
  /** `{ fault, with }` as written in scenarios; its output is the normalised fault. */
  readonly input: Input;
  /** Its parameters as a person would write them, defaults included. */
  parameters(spec: z.output<Input>): Record<string, string>;
  /**
   * Everything needed to undo, known before acting. Throws a MettleError (exit code 2) for what Docker could not put
   * back: it is refused before anything is changed.
   */
  plan(spec: z.output<Input>, id: string, place: FaultContainer): UndoIntent | Promise<UndoIntent>;
  /** Acts. Resolves once the effect has been read back. */
  apply(spec: z.output<Input>, intent: UndoIntent): Promise<void>;
  /** What a person is told of the undo by --dry-run: `start shop_db_1 again`. */
  undoInWords(spec: z.output<Input>, on: string): string;
  /** What was asked for against what was seen. */
  judge(spec: z.output<Input>, seen: ContainerSeen): FidelityCheck[];
  /** False for what may rightly be over before it is cleared: a killed container that its own policy starts again. */
  readonly lastsUntilCleared: boolean;
  /** How long acting may rightly take by itself (the grace of a stop), besides what the engine needs; default: 0. */
  actsWithinMicros?(spec: z.output<Input>): number;
  /**
   * Kinds that may not be on a container together with this one, whichever came first: what one of them remembers of the
   * container, to put it back or to see that it is, or needs for that, the other changes. Said by one of the two.
   */
  readonly notBeside: readonly string[];
  /** Since when `for` counts; default: once it is read back. */
  readonly countsSince?: 'asked' | 'read back';
}

/** Ties a fault's types to what its notation yields. */
export const defineContainerFault = <Input extends Notation>(
  fault: ContainerFault<Input>,
): ContainerFault<Input> => fault;
