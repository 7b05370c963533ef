// The HTTP/1.1 connections of one thread: opened when none is free, kept while they live, as many as requests in flight.

import { Http1Connection } from './http1-connection.ts';
import type { OpenPorts } from './open-socket.ts';
import type { Route } from './route.ts';

/** Idle connections to one origin, the one used last on top. Those that servers drop leave at once. */
class IdleStack {
  #stack: Http1Connection[] = [];
  #lost = 0;

  push(connection: Http1Connection): void {
    this.#stack.push(connection);
  }

  /** The connection used last: the least likely to be closed by now. */
  pop(): Http1Connection | undefined {
    for (let top = this.#stack.pop(); top !== undefined; top = this.#stack.pop()) {
      if (top.connected) return top;
      this.#lost -= 1;
    }
    return undefined;
  }

  /** One of them is gone. Holes are closed when they are as many as what is left, so that each costs little. */
  lost(): void {
    this.#lost += 1;
    if (this.#lost * 2 < this.#stack.length) return;
    this.#stack = this.#stack.filter(({ connected }) => connected);
    this.#lost = 0;
  }

  get size(): number {
    return this.#stack.length;
  }
}

export class Http1Connections {
  readonly #ports: OpenPorts;
  readonly #idle = new Map<string, IdleStack>();
  readonly #all = new Set<Http1Connection>();

  constructor(ports: OpenPorts) {
    this.#ports = ports;
  }

  /** How many are held, in use and idle. */
  get size(): number {
    return this.#all.size;
  }

  /** An idle connection, or a new one; `own` = always a new one. */
  acquire(route: Route, own: boolean): Http1Connection {
    const idle = own ? undefined : this.#idle.get(route.origin)?.pop();
    if (idle !== undefined) {
      idle.onLost = undefined;
      idle.used();
      return idle;
    }
    const created = new Http1Connection(route, this.#ports);
    this.#all.add(created);
    return created;
  }

  /** After a complete answer. */
  release(connection: Http1Connection): void {
    connection.onOpened = undefined;
    const { origin } = connection.route;
    const known = this.#idle.get(origin);
    const stack = known ?? new IdleStack();
    if (known === undefined) this.#idle.set(origin, stack);
    stack.push(connection);
    connection.onLost = () => {
      this.discard(connection);
      stack.lost();
      if (stack.size === 0 && this.#idle.get(origin) === stack) this.#idle.delete(origin);
    };
  }

  /** After a failure, nothing about a connection is known for certain. */
  discard(connection: Http1Connection): void {
    this.#all.delete(connection);
    connection.destroy();
  }

  close(): void {
    for (const connection of this.#all) connection.destroy();
    this.#all.clear();
    this.#idle.clear();
  }
}
