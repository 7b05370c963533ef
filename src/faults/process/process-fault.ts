// What every fault on a process shares: the contract with its notation.

import type { z } from 'zod';
import type { Fault, FaultProcess } from '../fault.ts';

type Notation = z.ZodType<{ readonly kind: string }>;

/** One kind of fault on a process: how it is written, and what it does. */
export interface ProcessFault<Input extends Notation> extends Fault<z.output<Input>, FaultProcess> {
  /** `{ fault, with }` as written in scenarios; its output is the normalised fault. */
  readonly input: Input;
  /** Its parameters as a person would write them, defaults included. */
  parameters(spec: z.output<Input>): Record<string, string>;
}

/** Ties a fault's types to what its notation yields. */
export const defineProcessFault = <Input extends Notation>(fault: ProcessFault<Input>): ProcessFault<Input> =>
  fault;
