// Reads proxies from request bodies.

import { badBody, missingField } from './api-error.ts';
import { type Fields, fieldsOf, flagField, textField } from './body.ts';
import { readTtlMs } from './toxic-input.ts';

/**
 * What a disabled proxy does with attempts. `refuse`, as Toxiproxy: its port is closed, connecting fails (ECONNREFUSED).
 * `reset`: its port stays taken, attempts are accepted, counted and broken off at once (ECONNRESET).
 */
export type WhenDown = 'refuse' | 'reset';

export interface ProxyChange {
  readonly listen: string | undefined;
  readonly upstream: string | undefined;
  readonly enabled: boolean | undefined;
  readonly whenDown: WhenDown | undefined;
  /** With `enabled: false`: it enables itself again after that long. */
  readonly ttlMs: number | undefined;
}

export interface ProxyInput {
  readonly name: string;
  readonly listen: string;
  readonly upstream: string;
  readonly enabled: boolean;
  readonly whenDown: WhenDown;
}

export function readProxyChange(body: unknown): ProxyChange {
  return changeOf(fieldsOf(body, 'proxy'));
}

/** `where` is put behind the name of a missing field, for lists. */
export function readProxy(body: unknown, where = ''): ProxyInput {
  const fields = fieldsOf(body, 'proxy');
  const name = textField(fields, 'name') ?? '';
  const change = changeOf(fields);
  if (name === '') throw missingField(`name${where}`);
  if (change.upstream === undefined || change.upstream === '') throw missingField(`upstream${where}`);
  return {
    name,
    listen: change.listen ?? '',
    upstream: change.upstream,
    enabled: change.enabled ?? true,
    whenDown: change.whenDown ?? 'refuse',
  };
}

function changeOf(fields: Fields): ProxyChange {
  return {
    listen: textField(fields, 'listen'),
    upstream: textField(fields, 'upstream'),
    enabled: flagField(fields, 'enabled'),
    whenDown: readWhenDown(textField(fields, 'whendown')),
    ttlMs: readTtlMs(fields),
  };
}

function readWhenDown(text: string | undefined): WhenDown | undefined {
  if (text === undefined || text === 'refuse' || text === 'reset') return text;
  throw badBody(`whenDown must be refuse or reset, got ${JSON.stringify(text)}`);
}
