// A WebSocket step: as written in scenario files, and as plain data with its defaults filled in.

import { z } from 'zod';
import type { Json } from '../kernel/json.ts';
import type { JsonCheck, OnError } from './step-input.ts';
import {
  defaultTimeout,
  headerMapInput,
  jsonChecksInput,
  jsonInput,
  onErrorInput,
  timeoutInput,
  waitInput,
} from './step-input.ts';

interface WsCommon {
  readonly kind: 'ws';
  /** The series' name. */
  readonly name: string;
  /** The socket's name in this flow: `as:` of its connect. */
  readonly socket: string;
  readonly timeoutMicros: number;
  readonly onError: OnError;
}

export type WsMessage =
  { readonly kind: 'json'; readonly value: Json } | { readonly kind: 'text'; readonly text: string };

export interface WsConnectStep extends WsCommon {
  readonly action: 'connect';
  /** A path template that begins with `/`, or an absolute URL whose origin holds no template. */
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
}

interface WsSendStep extends WsCommon {
  readonly action: 'send';
  readonly message: WsMessage;
  /** The reply that ends the round trip (within `timeoutMicros`); null = the step ends when the message is sent. */
  readonly reply: readonly JsonCheck[] | null;
  /** False: the iteration goes on at once, and waits for what is outstanding at its end. */
  readonly wait: boolean;
}

interface WsAwaitStep extends WsCommon {
  readonly action: 'await';
  readonly match: readonly JsonCheck[];
}

interface WsCloseStep extends WsCommon {
  readonly action: 'close';
}

export type WsStep = WsConnectStep | WsSendStep | WsAwaitStep | WsCloseStep;

const socketName = /^[A-Za-z_][\w-]*$/;
const common = { name: z.string().min(1).optional(), onError: onErrorInput };
const targetOf = (written: string): string => written.slice(written.indexOf(' ') + 1);

const connectInput = z
  .strictObject({
    ws: z
      .string()
      .regex(
        /^connect (?:\/|wss?:\/\/[^\s/{}?#@]+(?:[/?]|$)).*$/,
        'expected a path, such as "connect /stream"',
      ),
    as: z
      .string({ error: 'expected a name for the socket' })
      .regex(socketName, 'expected a name for the socket'),
    headers: headerMapInput.optional(),
    timeout: timeoutInput.prefault(defaultTimeout),
    ...common,
  })
  .transform((written): WsConnectStep => ({
    kind: 'ws',
    action: 'connect',
    name: written.name ?? `ws ${written.ws}`,
    socket: written.as,
    url: targetOf(written.ws),
    headers: written.headers ?? {},
    timeoutMicros: written.timeout,
    onError: written.onError,
  }));

const sendInput = z
  .strictObject({
    ws: z.string().regex(/^send [A-Za-z_][\w-]*$/, 'expected the name of a socket, such as "send feed"'),
    json: jsonInput.optional(),
    text: z.string().optional(),
    reply: z
      .strictObject({ match: jsonChecksInput, timeout: timeoutInput.prefault(defaultTimeout) })
      .optional(),
    wait: waitInput,
    ...common,
  })
  .transform((written, context): WsSendStep => {
    if (!written.wait && written.reply === undefined) {
      const message = '`wait: false` goes with a `reply`: without one a step ends when its message is sent';
      context.addIssue({ code: 'custom', message, path: ['wait'] });
    }
    if ((written.json === undefined) === (written.text === undefined)) {
      context.addIssue({ code: 'custom', message: 'a message is either `json` or `text`: give one of them' });
    }
    return {
      kind: 'ws',
      action: 'send',
      name: written.name ?? `ws ${written.ws}`,
      socket: targetOf(written.ws),
      message:
        written.json === undefined
          ? { kind: 'text', text: written.text ?? '' }
          : { kind: 'json', value: written.json },
      reply: written.reply?.match ?? null,
      wait: written.wait,
      timeoutMicros: written.reply?.timeout ?? 30_000_000,
      onError: written.onError,
    };
  });

const awaitInput = z
  .strictObject({
    ws: z.string().regex(/^await [A-Za-z_][\w-]*$/, 'expected the name of a socket, such as "await feed"'),
    match: jsonChecksInput,
    timeout: timeoutInput.prefault(defaultTimeout),
    ...common,
  })
  .transform((written): WsAwaitStep => ({
    kind: 'ws',
    action: 'await',
    name: written.name ?? `ws ${written.ws}`,
    socket: targetOf(written.ws),
    match: written.match,
    timeoutMicros: written.timeout,
    onError: written.onError,
  }));

const closeInput = z
  .strictObject({
    ws: z.string().regex(/^close [A-Za-z_][\w-]*$/, 'expected the name of a socket, such as "close feed"'),
    timeout: timeoutInput.prefault(defaultTimeout),
    ...common,
  })
  .transform((written): WsCloseStep => ({
    kind: 'ws',
    action: 'close',
    name: written.name ?? `ws ${written.ws}`,
    socket: targetOf(written.ws),
    timeoutMicros: written.timeout,
    onError: written.onError,
  }));

const actions = { connect: connectInput, send: sendInput, await: awaitInput, close: closeInput } as const;
const isAction = (word: string): word is keyof typeof actions => Object.hasOwn(actions, word);

/** Drops the parts of a JSON Schema that only make sense at its root. */
function embedded(schema: z.ZodType): unknown {
  const entries = Object.entries(z.toJSONSchema(schema, { io: 'input' }));
  return Object.fromEntries(entries.filter(([key]) => key !== '$schema'));
}

/**
 * The step as written under the key `ws`. Its first word picks the schema, so that an error speaks of the action that
 * was meant and not of all four; editors are given all four.
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
