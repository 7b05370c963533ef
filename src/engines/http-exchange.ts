// One request and its answer: the clock runs from the start to the last byte of the body, whatever the version of HTTP.

import type { Connections } from './connections.ts';
import type { ConnectingSettings, ExchangeOptions, HttpAnswer, HttpRequest } from './exchange-contract.ts';
import { exchangeOverHttp1 } from './http1-exchange.ts';
import { exchangeOverHttp2 } from './http2-exchange.ts';

export type { HttpAnswer, HttpRequest } from './exchange-contract.ts';

function connectingOf(
  { keepAlive, connectTimeoutMicros }: ExchangeOptions,
  settings: ConnectingSettings,
): ConnectingSettings {
  if (keepAlive === undefined && connectTimeoutMicros === undefined) return settings;
  return {
    keepAlive: keepAlive ?? settings.keepAlive,
    connectTimeoutMicros:
      connectTimeoutMicros === undefined ? settings.connectTimeoutMicros : connectTimeoutMicros,
  };
}

/**
 * Sends a request; resolves with what became of it and never rejects. Nothing is sent twice: only a connection that
 * the server had closed while it was idle is opened anew, when that is known before the request is written. Closed
 * later than that, it is a `reset` of this request, as it would be for any client.
 */
export function exchange(
  connections: Connections,
  request: HttpRequest,
  options: ExchangeOptions,
): Promise<HttpAnswer> {
  const { settings } = connections;
  const route = connections.route(request.origin);
  const connecting = connectingOf(options, settings);
  return settings.version === '2'
    ? exchangeOverHttp2(connections.http2, route, request, options, connecting)
    : exchangeOverHttp1(connections.http1, route, request, options, connecting);
}
