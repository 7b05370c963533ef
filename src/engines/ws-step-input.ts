// A WebSocket step as written in scenario files: one schema per action, picked by its first word.

import { z } from 'zod';
import type { Json } from '../kernel/json.ts';
import { defaultTimeout, jsonInput, onErrorInput, timeoutInput, waitInput } from './step-input.ts';
import { broadcastInput } from './ws-broadcast-step.ts';
import { connectInput } from './ws-connect-input.ts';
import { binaryInput, matchInput, wsCaptureInput } from './ws-message-input.ts';
import type { WsBytes, WsMessage, WsStep } from './ws-step.ts';

const common = { name: z.string().min(1).optional(), onError: onErrorInput };
const targetOf = (written: string): string => written.slice(written.indexOf(' ') + 1);

const socketInput = (action: string) =>
  z
    .string()
    .regex(
      new RegExp(`^${action} [A-Za-z_][\\w-]*$`),
      `expected the name of a socket, such as "${action} feed"`,
    );

interface WrittenCommon {
  readonly ws: string;
  readonly name?: string | undefined;
  readonly onError: 'stop' | 'continue';
}

const commonOf = (written: WrittenCommon) => ({
  kind: 'ws' as const,
  name: written.name ?? `ws ${written.ws}`,
  socket: targetOf(written.ws),
  onError: written.onError,
});

interface WrittenMessage {
  readonly json?: Json | undefined;
  readonly text?: string | undefined;
  readonly binary?: WsBytes | undefined;
}

const bodies = ['json', 'text', 'binary'] as const;

const sendInput = z
  .strictObject({
    ws: socketInput('send'),
    json: jsonInput.optional(),
    text: z.string().optional(),
    binary: binaryInput.optional(),
    reply: z.strictObject({ match: matchInput, timeout: timeoutInput.prefault(defaultTimeout) }).optional(),
    capture: wsCaptureInput.optional(),
    wait: waitInput,
    broadcast: broadcastInput.optional().describe('Follow the copies of this message to every subscriber.'),
    ...common,
  })
  .transform((written, context): WsStep => {
    const refuse = (message: string, ...path: string[]): void =>
      context.addIssue({ code: 'custom', message, path });
    if (bodies.filter((key) => written[key] !== undefined).length !== 1) {
      refuse('a message is either `json`, `text` or `binary`: give one of them');
    }
    if (!written.wait && written.reply === undefined) {
      refuse('`wait: false` goes with a `reply`: without one a step ends when its message is sent', 'wait');
    }
    if (written.capture !== undefined && written.reply === undefined) {
      refuse('`capture` takes from a `reply`: give one', 'capture');
    }
    return {
      ...commonOf(written),
      action: 'send',
      message: messageOf(written),
      reply: written.reply?.match ?? null,
      capture: written.capture ?? [],
      wait: written.wait,
      broadcast: written.broadcast ?? null,
      timeoutMicros: written.reply?.timeout ?? 30_000_000,
    };
  });

function messageOf({ json, text, binary }: WrittenMessage): WsMessage {
  if (json !== undefined) return { kind: 'json', value: json };
  return binary === undefined ? { kind: 'text', text: text ?? '' } : { kind: 'binary', bytes: binary };
}

const awaitInput = z
  .strictObject({
    ws: socketInput('await'),
    match: matchInput,
    count: z.int().min(1).max(1_000_000).default(1).describe('How many such messages; default: 1.'),
    capture: wsCaptureInput.optional(),
    timeout: timeoutInput.prefault(defaultTimeout),
    ...common,
  })
  .transform((written): WsStep => ({
    ...commonOf(written),
    action: 'await',
    match: written.match,
    count: written.count,
    capture: written.capture ?? [],
    timeoutMicros: written.timeout,
  }));

const pingInput = z
  .strictObject({ ws: socketInput('ping'), timeout: timeoutInput.prefault(defaultTimeout), ...common })
  .transform((written): WsStep => ({
    ...commonOf(written),
    action: 'ping',
    timeoutMicros: written.timeout,
  }));

const codeInput = z.int({ error: 'expected a close code such as 1000' }).min(1000).max(4999);
const expectCodeInput = z
  .strictObject({
    code: z.union([codeInput, z.array(codeInput).min(1)]).describe('The close code, or a list of them.'),
  })
  .transform(({ code }): readonly number[] => (typeof code === 'number' ? [code] : code))
  .optional();

/** Codes that may be sent in a close frame (RFC 6455 7.4 and its registry). */
const isSendable = (code: number): boolean =>
  (code >= 3000 && code <= 4999) || (code >= 1000 && code <= 1014 && ![1004, 1005, 1006].includes(code));

const closeInput = z
  .strictObject({
    ws: socketInput('close'),
    code: codeInput
      .refine(isSendable, 'this code is not one that may be sent: 1000, or 3000 to 4999')
      .default(1000)
      .describe('The close code that is sent; default: 1000.'),
    reason: z
      .string()
      .refine((text) => Buffer.byteLength(text) <= 123 || text.includes('{{'), 'at most 123 bytes are sent')
      .optional()
      .describe('Sent with the code; a template.'),
    expect: expectCodeInput.describe('The code that the server answers with; default: any.'),
    timeout: timeoutInput.prefault(defaultTimeout),
    ...common,
  })
  .transform((written): WsStep => ({
    ...commonOf(written),
    action: 'close',
    code: written.code,
    reason: written.reason ?? '',
    codes: written.expect ?? null,
    timeoutMicros: written.timeout,
  }));

const awaitCloseInput = z
  .strictObject({
    ws: socketInput('await-close'),
    expect: expectCodeInput.describe('The code that the server closes with; default: any.'),
    timeout: timeoutInput.prefault(defaultTimeout),
    ...common,
  })
  .transform((written): WsStep => ({
    ...commonOf(written),
    action: 'await-close',
    codes: written.expect ?? null,
    timeoutMicros: written.timeout,
  }));

const actions = {
  connect: connectInput,
  send: sendInput,
  await: awaitInput,
  ping: pingInput,
  close: closeInput,
  'await-close': awaitCloseInput,
} as const;
const isAction = (word: string): word is keyof typeof actions => Object.hasOwn(actions, word);

/** Drops the parts of a JSON Schema that only make sense at its root. */
function embedded(schema: z.ZodType): unknown {
  const entries = Object.entries(z.toJSONSchema(schema, { io: 'input' }));
  return Object.fromEntries(entries.filter(([key]) => key !== '$schema'));
}

/**
 * The step as written under the key `ws`. Its first word picks the schema, so that an error speaks of the action that
 * was meant and not of all six; editors are given all of them.
 */
export const wsStepInput: z.ZodType<WsStep> = z
  .looseObject({ ws: z.string() })
  .transform((written, context): WsStep => {
    const word = written.ws.split(' ', 1)[0] ?? '';
    if (!isAction(word)) {
      const message = `expected one of ${Object.keys(actions).join(', ')}, such as "send feed"`;
      context.addIssue({ code: 'custom', message, path: ['ws'] });
      return z.NEVER;
    }
    const parsed = actions[word].safeParse(written);
    if (parsed.success) return parsed.data;
    for (const issue of parsed.error.issues) context.addIssue({ ...issue });
    return z.NEVER;
  })
  .meta({ anyOf: Object.values(actions).map(embedded) });
