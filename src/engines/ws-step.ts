// A WebSocket step as plain data, with its defaults filled in.

import type { Json } from '../kernel/json.ts';
import type { JsonCheck, OnError } from './step-input.ts';
import type { BroadcastSpec } from './ws-broadcast-step.ts';

interface WsCommon {
  readonly kind: 'ws';
  /** The series' name. */
  readonly name: string;
  /** The socket's name in this flow: `as:` of its connect. */
  readonly socket: string;
  readonly timeoutMicros: number;
  readonly onError: OnError;
}

/** Bytes as written: text in base64 or hex (a template), or a file by its path as written. */
export type WsBytes =
  | { readonly from: 'base64' | 'hex'; readonly text: string }
  | { readonly from: 'file'; readonly path: string };

export type WsMessage =
  | { readonly kind: 'json'; readonly value: Json }
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'binary'; readonly bytes: WsBytes };

/** Which message is meant. */
export type WsMatch =
  | { readonly kind: 'any' }
  | { readonly kind: 'json'; readonly checks: readonly JsonCheck[] }
  /** A text message that contains this template. */
  | { readonly kind: 'text'; readonly contains: string }
  | { readonly kind: 'regex'; readonly regex: string }
  /** A binary message, with `startsWith` only one that begins with these bytes. */
  | { readonly kind: 'binary'; readonly startsWith: WsBytes | null };

/** Kept of a message for later steps: what a JSONPath selects, or group 1 of a match in the text (or the whole match). */
export type WsCapture = { readonly name: string } & (
  { readonly from: 'json'; readonly path: string } | { readonly from: 'text'; readonly regex: string }
);

/** Waiting times grow from `minMicros` by `factor` up to `maxMicros`, each spread by ± `jitter` (a share). */
export interface WsReconnect {
  readonly minMicros: number;
  readonly maxMicros: number;
  readonly factor: number;
  readonly jitter: number;
  /** Per loss. */
  readonly attempts: number;
  /** Steps whose last message is sent again on the new connection, in this order. */
  readonly resend: readonly string[];
}

export interface WsConnectStep extends WsCommon {
  readonly action: 'connect';
  /** A path template that begins with `/`, or an absolute URL whose origin holds no template. */
  readonly url: string;
  readonly query: Readonly<Record<string, string>>;
  readonly headers: Readonly<Record<string, string>>;
  /** Subprotocols that are offered; templates. */
  readonly protocols: readonly string[];
  readonly expect: {
    /** The subprotocol that the server must choose (a template); null = any offered one. */
    readonly protocol: string | null;
    /** Lower-case name → `present`, `absent`, or the exact value (a template). */
    readonly headers: Readonly<Record<string, string>>;
  };
  /** True = permessage-deflate is offered. */
  readonly compression: boolean;
  /** Part of the timeout: DNS, TCP and TLS; null = what `http:` of the scenario says. */
  readonly connectTimeoutMicros: number | null;
  readonly ping: { readonly everyMicros: number; readonly timeoutMicros: number } | null;
  /** Codes with which the server may close the connection without that being a failure. */
  readonly allowedCloses: readonly number[];
  readonly reconnect: WsReconnect | null;
  /** How fast messages are taken in; null = as they come. */
  readonly read: { readonly perSecond: number; readonly of: 'bytes' | 'messages' } | null;
}

interface WsSendStep extends WsCommon {
  readonly action: 'send';
  readonly message: WsMessage;
  /** The reply that ends the round trip (within `timeoutMicros`); null = the step ends when the message is sent. */
  readonly reply: WsMatch | null;
  /** Of the reply. */
  readonly capture: readonly WsCapture[];
  /** False: the iteration goes on at once, and waits for what is outstanding at its end. */
  readonly wait: boolean;
  /** Its copies are followed to every subscriber. */
  readonly broadcast: BroadcastSpec | null;
}

interface WsAwaitStep extends WsCommon {
  readonly action: 'await';
  readonly match: WsMatch;
  /** How many such messages end the step. */
  readonly count: number;
  /** Of the last of them. */
  readonly capture: readonly WsCapture[];
}

interface WsPingStep extends WsCommon {
  readonly action: 'ping';
}

interface WsCloseStep extends WsCommon {
  readonly action: 'close';
  readonly code: number;
  /** A template; at most 123 bytes. */
  readonly reason: string;
  /** Codes that the server may answer with; null = any. */
  readonly codes: readonly number[] | null;
}

interface WsAwaitCloseStep extends WsCommon {
  readonly action: 'await-close';
  /** Codes that the server may close with; null = any, as long as there is a close frame. */
  readonly codes: readonly number[] | null;
}

export type WsStep = WsConnectStep | WsSendStep | WsAwaitStep | WsPingStep | WsCloseStep | WsAwaitCloseStep;

interface NamedFile {
  readonly written: string;
  readonly where: readonly string[];
}

/** The files whose bytes a step sends or looks for, and where it names them. */
export function filesOfMessage(step: WsStep): readonly NamedFile[] {
  const fileOf = (bytes: WsBytes | null, where: readonly string[]): NamedFile[] =>
    bytes?.from === 'file' ? [{ written: bytes.path, where: [...where, 'binary', 'file'] }] : [];
  const inMatch = (match: WsMatch | null, where: readonly string[]): NamedFile[] =>
    match?.kind === 'binary' ? fileOf(match.startsWith, where) : [];
  if (step.action === 'await') return inMatch(step.match, ['match']);
  if (step.action !== 'send') return [];
  const { message, reply } = step;
  return [
    ...(message.kind === 'binary' ? fileOf(message.bytes, []) : []),
    ...inMatch(reply, ['reply', 'match']),
  ];
}
