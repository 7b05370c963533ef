// The HTTP/2 connections of one thread: another one is opened as soon as all that there are carry what they may.

import type { Http2Pool } from './http2-connection.ts';
import { Http2Connection } from './http2-connection.ts';
import type { OpenPorts } from './open-socket.ts';
import type { Route } from './route.ts';

/** Longer than with HTTP/1.1: a server that wants to close says so first (GOAWAY), so there is less of a race. */
const idleMicros = 60_000_000;
const sweepEveryMs = 5_000;

export class Http2Connections implements Http2Pool {
  readonly #ports: OpenPorts;
  /** Those that take new streams, oldest first: the newest become idle, and go, when there is less to do. */
  readonly #shared = new Map<string, Http2Connection[]>();
  readonly #all = new Set<Http2Connection>();
  readonly #limits = new Map<string, number>();
  #sweeper: NodeJS.Timeout | undefined;

  constructor(ports: OpenPorts) {
    this.#ports = ports;
  }

  /** How many are held, in use and idle. */
  get size(): number {
    return this.#all.size;
  }

  /** A connection with room for one more stream; `own` = a new one that nobody else is given. */
  take(route: Route, own: boolean): Http2Connection {
    const shared = this.#shared.get(route.origin);
    const found = own ? undefined : shared?.find(({ hasRoom }) => hasRoom);
    if (found !== undefined) return found;
    const created = new Http2Connection(route, this.#ports, this);
    this.#all.add(created);
    if (own) return created;
    if (shared === undefined) this.#shared.set(route.origin, [created]);
    else shared.push(created);
    this.#sweeper ??= setInterval(() => this.#sweep(), sweepEveryMs).unref();
    return created;
  }

  knownLimit(origin: string): number | undefined {
    return this.#limits.get(origin);
  }

  learned(origin: string, limit: number): void {
    this.#limits.set(origin, limit);
  }

  retired(connection: Http2Connection): void {
    const { origin } = connection.route;
    const left = this.#shared.get(origin)?.filter((other) => other !== connection) ?? [];
    if (left.length === 0) this.#shared.delete(origin);
    else this.#shared.set(origin, left);
  }

  closed(connection: Http2Connection): void {
    if (this.#all.delete(connection)) this.retired(connection);
  }

  close(): void {
    clearInterval(this.#sweeper);
    for (const connection of [...this.#all]) connection.destroy();
  }

  #sweep(): void {
    const idleBefore = this.#ports.nowMicros() - idleMicros;
    for (const connection of [...this.#all]) {
      if (connection.isIdle && connection.idleSinceMicros < idleBefore) connection.retire();
    }
  }
}
