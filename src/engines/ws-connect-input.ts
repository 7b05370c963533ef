// `ws: connect` as written: the handshake, and what the connection does on its own while steps use it.

import { z } from 'zod';
import { parseDuration, parseShare, parseSize } from '../kernel/units.ts';
import { defaultTimeout, headerMapInput, onErrorInput, textMapInput, timeoutInput } from './step-input.ts';
import type { WsConnectStep, WsReconnect } from './ws-step.ts';

const socketName = /^[A-Za-z_][\w-]*$/;
const token = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;

const protocolInput = z
  .string()
  .refine((text) => text.includes('{{') || token.test(text), 'expected the name of a subprotocol');

const expectInput = z.strictObject({
  protocol: protocolInput.optional().describe('The subprotocol that the server must choose.'),
  headers: headerMapInput
    .optional()
    .describe('Headers of its answer by name: `present`, `absent`, or the exact value.'),
});

const pingInput = z
  .string()
  .transform((text, context) => {
    const everyMicros = parseDuration(/^every (.+)$/.exec(text.trim())?.[1] ?? '');
    if (everyMicros !== undefined && everyMicros >= 10_000) return Number(everyMicros);
    context.addIssue({
      code: 'custom',
      message: `"${text}" is not how often to ping, such as "every 5s" (at most every 10ms)`,
    });
    return z.NEVER;
  })
  .describe('Pings while the socket is open, e.g. `every 5s`; the time to each pong is measured.');

const shareInput = z.string({ error: 'expected a share such as "20%"' }).transform((text, context) => {
  const share = parseShare(text);
  if (share !== undefined && share >= 0 && share <= 1) return share;
  context.addIssue({ code: 'custom', message: `"${text}" is not a share between 0% and 100%` });
  return z.NEVER;
});

const reconnectInput = z
  .strictObject({
    min: timeoutInput.prefault('100ms').describe('The wait before the first attempt; default: 100ms.'),
    max: timeoutInput.prefault('5s').describe('The longest wait; default: 5s.'),
    factor: z.number().min(1).max(100).default(2).describe('How the wait grows per attempt; default: 2.'),
    jitter: shareInput
      .prefault('20%')
      .describe('Each wait is spread by this share up and down; default: 20%.'),
    attempts: z.int().min(1).max(10_000).default(10).describe('Attempts per loss; default: 10.'),
  })
  .refine(({ min, max }) => min <= max, { message: '`min` is longer than `max`', path: ['min'] })
  .transform((written): Omit<WsReconnect, 'resend'> => ({
    minMicros: written.min,
    maxMicros: written.max,
    factor: written.factor,
    jitter: written.jitter,
    attempts: written.attempts,
  }));

const readInput = z
  .string({ error: 'expected a rate such as "64KiB/s" or "100 messages/s"' })
  .transform((text, context): WsConnectStep['read'] => {
    const [, amount = ''] = /^(.+)\/s$/.exec(text.trim()) ?? [];
    const bytes = parseSize(amount);
    if (bytes !== undefined && bytes > 0) return { perSecond: bytes, of: 'bytes' };
    const messages = Number(/^(\d+(?:\.\d+)?) messages$/.exec(amount)?.[1] ?? 0);
    if (messages > 0) return { perSecond: messages, of: 'messages' };
    const message = `"${text}" is not a rate such as "64KiB/s" or "100 messages/s"`;
    context.addIssue({ code: 'custom', message });
    return z.NEVER;
  })
  .describe('How fast messages are taken in: a slow consumer; the server feels the back-pressure.');

/** A proper end: normal, going away, and a close frame without a code. */
const properCloses = [1000, 1001, 1005];

const closeInput = z
  .union([z.literal('allowed'), z.array(z.int().min(1000).max(4999)).min(1)], {
    error: 'expected `allowed`, or the close codes such as [1000, 4000]',
  })
  .describe(
    'Closes by the server that are no failure: `allowed` (1000, 1001, without a code), or the codes.',
  );

const rules = (written: {
  readonly protocols?: readonly string[] | undefined;
  readonly expect?: { readonly protocol?: string | undefined } | undefined;
  readonly ping?: number | undefined;
  readonly pingTimeout?: number | undefined;
  readonly read?: unknown;
  readonly close?: unknown;
  readonly reconnect?: unknown;
  readonly resend?: unknown;
}): readonly (readonly [key: string, message: string])[] => {
  const { protocols = [], expect, ping, pingTimeout, read, close, reconnect, resend } = written;
  const problems: [boolean, string, string][] = [
    [new Set(protocols).size < protocols.length, 'protocols', 'a subprotocol is offered twice'],
    [expect?.protocol !== undefined && protocols.length === 0, 'expect', 'no `protocols` are offered'],
    [pingTimeout !== undefined && ping === undefined, 'pingTimeout', '`pingTimeout` goes with `ping`'],
    [(pingTimeout ?? 0) > (ping ?? Infinity), 'pingTimeout', '`pingTimeout` is longer than the interval'],
    [
      ping !== undefined && read !== undefined,
      'ping',
      '`ping` and `read` exclude each other: a slow reader sees pongs late',
    ],
    [
      close !== undefined && reconnect !== undefined,
      'close',
      '`close` and `reconnect` exclude each other: a close is either an end or a loss',
    ],
    [resend !== undefined && reconnect === undefined, 'resend', '`resend` goes with `reconnect`'],
  ];
  return problems.filter(([wrong]) => wrong).map(([, key, message]) => [key, message]);
};

export const connectInput = z
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
    query: textMapInput.optional(),
    headers: headerMapInput.optional(),
    protocols: z.array(protocolInput).min(1).optional().describe('Subprotocols that are offered.'),
    expect: expectInput.optional().describe('What a good answer to the handshake is.'),
    compression: z.boolean().optional().describe('Offer permessage-deflate; default: false.'),
    timeout: timeoutInput.prefault(defaultTimeout),
    connectTimeout: timeoutInput
      .optional()
      .describe('Limit of DNS, TCP and TLS together, within the timeout.'),
    ping: pingInput.optional(),
    pingTimeout: timeoutInput.optional().describe('How long a pong may take; default: the interval.'),
    close: closeInput.optional(),
    reconnect: reconnectInput.optional().describe('Connect again after a loss, with growing waits.'),
    resend: z
      .array(z.string().min(1))
      .min(1)
      .optional()
      .describe('Names of sends whose last message is sent again after a reconnection.'),
    read: readInput.optional(),
    name: z.string().min(1).optional(),
    onError: onErrorInput,
  })
  .transform((written, context): WsConnectStep => {
    for (const [key, message] of rules(written)) context.addIssue({ code: 'custom', message, path: [key] });
    const { ping, reconnect, close = [] } = written;
    return {
      kind: 'ws',
      action: 'connect',
      name: written.name ?? `ws ${written.ws}`,
      socket: written.as,
      url: written.ws.slice('connect '.length),
      query: written.query ?? {},
      headers: written.headers ?? {},
      protocols: written.protocols ?? [],
      expect: {
        protocol: written.expect?.protocol ?? null,
        headers: Object.fromEntries(
          Object.entries(written.expect?.headers ?? {}).map(([name, value]) => [name.toLowerCase(), value]),
        ),
      },
      compression: written.compression ?? false,
      timeoutMicros: written.timeout,
      connectTimeoutMicros: written.connectTimeout ?? null,
      ping: ping === undefined ? null : { everyMicros: ping, timeoutMicros: written.pingTimeout ?? ping },
      allowedCloses: close === 'allowed' ? properCloses : close,
      reconnect: reconnect === undefined ? null : { ...reconnect, resend: written.resend ?? [] },
      read: written.read ?? null,
      onError: written.onError,
    };
  });
