// The wire level of the HTTP engine without steps: requests by hand over connections as a scenario would set them.

import { Connections } from '../../src/engines/connections.ts';
import type { ExchangeOptions, HttpAnswer, HttpRequest } from '../../src/engines/exchange-contract.ts';
import type { HostGate } from '../../src/engines/name-lookup.ts';
import { lookUpName } from '../../src/engines/name-lookup.ts';
import { exchange } from '../../src/engines/http-exchange.ts';
import type { HttpSettings, TlsSettings } from '../../src/engines/settings.ts';
import { defaultHttpSettings, defaultTlsSettings } from '../../src/engines/settings.ts';
import { systemClock } from '../../src/kernel/clock.ts';
import { templates } from '../../src/scenario/templates.ts';

/** Connects wherever it is told to. */
const anyHost: HostGate = { pinned: () => undefined, lookUp: lookUpName, refusal: () => null };

interface WireSettings {
  readonly http?: Partial<HttpSettings>;
  readonly tls?: Partial<TlsSettings>;
  readonly env?: Readonly<Record<string, string>>;
  /** Default: no gate at all. */
  readonly hosts?: HostGate;
}

export interface WireClient {
  readonly connections: Connections;
  send(request?: Partial<HttpRequest>, options?: Partial<ExchangeOptions>): Promise<HttpAnswer>;
  readonly close: () => void;
}

/** Answers are kept whole; the timeout is 20 s where a test does not say otherwise. */
export function wireClient(
  origin: string,
  { http, tls, env = {}, hosts = anyHost }: WireSettings = {},
): WireClient {
  const nowMicros = (): number => systemClock.nowMicros();
  const connections = new Connections({
    http: { ...defaultHttpSettings, ...http },
    tls: { ...defaultTlsSettings, ...tls },
    file: (written) => written,
    env,
    templates,
    nowMicros,
    hosts,
  });
  return {
    connections,
    send: (request = {}, options = {}) =>
      exchange(
        connections,
        { origin, method: 'GET', path: '/', headers: [], body: null, ...request },
        {
          timeoutMicros: 20_000_000,
          keepBytes: () => 1_048_576,
          signal: new AbortController().signal,
          nowMicros,
          ...options,
        },
      ),
    close: () => connections.close(),
  };
}

export const bodyOf = (answer: HttpAnswer): string => Buffer.concat(answer.body).toString();
export const tookMicros = (answer: HttpAnswer): number => answer.endedAtMicros - answer.startedAtMicros;
