// What every fault on a link shares: the contract with its notation, and the way to put a toxic on a proxy for certain.

import type { z } from 'zod';
import { exitCodes, MettleError } from '../../kernel/errors.ts';
import type { UndoIntent } from '../../kernel/ports.ts';
import { connectToxiproxy } from '../clients/toxiproxy.ts';
import type { NewToxic } from '../clients/toxiproxy.ts';
import type { Fault, FaultLink } from '../fault.ts';
import { madeName } from '../made-names.ts';
import { textOf } from '../undo/undo-kind.ts';

type Notation = z.ZodType<{ readonly kind: string }>;

/** One kind of network fault: how it is written, what it does, how it is judged. */
export interface NetworkFault<Input extends Notation> extends Fault<z.output<Input>> {
  /** `{ fault, with }` as written in scenarios; its output is the normalised fault. */
  readonly input: Input;
  /** Its parameters as a person would write them, defaults included: `{ latency: '300ms', … }`. */
  parameters(spec: z.output<Input>): Record<string, string>;
}

/** Ties a fault's types to what its notation yields. */
export const defineFault = <Input extends Notation>(fault: NetworkFault<Input>): NetworkFault<Input> => fault;

/** Server, proxy and, where the proxy is in Mettle's own process, that fact: what an undo needs. */
export const serverOf = (link: FaultLink): { apiUrl: string; proxyName: string; embedded: boolean } => ({
  apiUrl: link.apiUrl,
  proxyName: link.proxyName,
  embedded: link.embedded,
});

export function toxicIntent(type: string, id: string, link: FaultLink): UndoIntent {
  const readable = id.replaceAll(/[^\w.-]/g, '-');
  const { makerToken } = link;
  const toxicName = makerToken === undefined ? `mettle_${readable}` : madeName(makerToken, readable);
  return {
    kind: 'toxic',
    describe: `${type} on ${link.name} (fault ${id})`,
    data: { ...serverOf(link), toxicName },
  };
}

/** Adds the toxic that the intent names, and reads it back. Throws when the server has something else. */
export async function putToxic(intent: UndoIntent, toxic: Omit<NewToxic, 'name' | 'ttlMs'>): Promise<void> {
  const server = connectToxiproxy(textOf(intent.data, 'apiUrl'));
  const proxyName = textOf(intent.data, 'proxyName');
  const name = textOf(intent.data, 'toxicName');
  await server.addToxic(proxyName, { ...toxic, name, ...ttlOf(intent) });
  const found = await server.toxic(proxyName, name);
  const same =
    found?.type === toxic.type &&
    found.stream === toxic.stream &&
    found.toxicity === toxic.toxicity &&
    Object.entries(toxic.attributes).every(([key, value]) => found.attributes[key] === value);
  if (!same) throw notTaken(intent.describe);
}

/** Only the embedded proxy is given one: it lets go by itself, however long Mettle hangs. */
export function ttlOf({ data }: UndoIntent): { ttlMs?: number } {
  return data.embedded === true && typeof data.ttlMs === 'number' ? { ttlMs: data.ttlMs } : {};
}

export const notTaken = (describe: string): MettleError =>
  new MettleError({
    code: 'FAULT_NOT_IN_EFFECT',
    message: `${describe} was accepted by the proxy but is not in effect when read back`,
    hint: 'something else changes this proxy; give Mettle a Toxiproxy server of its own',
    exitCode: exitCodes.invalid,
  });
