// The connections of one thread's HTTP engine, for either version: whom they go to, what they agreed on, and their end.

import type { EngineEnvironment } from './engine.ts';
import { Http1Connections } from './http1-connections.ts';
import { Http2Connections } from './http2-connections.ts';
import type { Route } from './route.ts';
import { routeTo } from './route.ts';
import type { HttpSettings } from './settings.ts';
import { createTlsClient } from './tls-client.ts';

type ConnectionEnvironment = Pick<
  EngineEnvironment,
  'http' | 'tls' | 'file' | 'env' | 'templates' | 'nowMicros' | 'hosts'
>;

export class Connections {
  readonly settings: HttpSettings;
  readonly http1: Http1Connections;
  readonly http2: Http2Connections;
  readonly #routes = new Map<string, Route>();

  /** Throws MettleError when a certificate cannot be read or used. */
  constructor(environment: ConnectionEnvironment) {
    const { http, nowMicros, hosts } = environment;
    const ports = { nowMicros, hosts, tls: createTlsClient(environment), localAddress: http.localAddress };
    this.settings = http;
    this.http1 = new Http1Connections(ports);
    this.http2 = new Http2Connections(ports);
  }

  route(origin: string): Route {
    const known = this.#routes.get(origin);
    if (known !== undefined) return known;
    const route = routeTo(origin, this.settings);
    this.#routes.set(origin, route);
    return route;
  }

  close(): void {
    this.http1.close();
    this.http2.close();
  }
}
