// One HTTP/1.1 connection over undici: used by one request at a time, with what undici does not tell.

import type { Dispatcher } from 'undici';
import { Client } from 'undici';
import type { OpeningTimes } from './exchange-contract.ts';
import type { OpeningStage } from './failures.ts';
import type { OpenPorts } from './open-socket.ts';
import { Opening } from './open-socket.ts';
import type { Route } from './route.ts';

type Connect = Extract<Client.Options['connect'], (...args: never) => unknown>;

/**
 * undici opens the connection anew by itself when the server closed it while it was idle, which it knows before anything
 * is sent. It never hears of TLS: it writes to whatever it is given.
 */
export class Http1Connection {
  readonly client: Client;
  readonly route: Route;
  readonly #ports: OpenPorts;
  #opening: Opening | undefined;
  #connected = false;
  /** What the exchange in progress spent on opening; undefined when the connection was open already. */
  openingTimes: OpeningTimes | undefined;
  /** The socket's own error, which undici may take for the end of an answer. */
  socketError: Error | undefined;
  /** True once the server ended the connection in good order. */
  ended = false;
  /** The exchange in progress, or the pool while the connection is idle. */
  onOpened: (() => void) | undefined;
  onLost: (() => void) | undefined;

  constructor(route: Route, ports: OpenPorts) {
    this.route = route;
    this.#ports = ports;
    this.client = new Client(route.origin.replace(/^https:/, 'http:'), {
      pipelining: 1,
      headersTimeout: 0,
      bodyTimeout: 0,
      connect: (_, done) => this.#open(done),
    });
    this.client.on('disconnect', () => {
      this.#connected = false;
      this.onLost?.();
    });
  }

  get connected(): boolean {
    return this.#connected;
  }

  /** null = open. */
  get stage(): OpeningStage | null {
    return this.#connected ? null : (this.#opening?.stage ?? 'tcp');
  }

  /** What this connection took to open is told to one exchange only. */
  used(): void {
    this.openingTimes = undefined;
  }

  #open(done: Parameters<Connect>[1]): void {
    this.socketError = undefined;
    this.ended = false;
    const opening: Opening = new Opening(this.route, this.#ports, {
      opened: (socket, times) => {
        this.#connected = true;
        this.openingTimes = times;
        socket.once('end', () => {
          if (opening === this.#opening) this.ended = true;
        });
        this.onOpened?.();
        done(null, socket);
      },
      failed: (error) => done(error, null),
      broken: (error) => {
        // The first one is the cause (an alert of TLS), what follows is only the end.
        if (opening === this.#opening) this.socketError ??= error;
      },
    });
    this.#opening = opening;
  }

  dispatch(options: Dispatcher.DispatchOptions, handler: Dispatcher.DispatchHandler): void {
    this.client.dispatch(options, handler);
  }

  destroy(): void {
    this.#connected = false;
    this.onOpened = undefined;
    this.onLost = undefined;
    this.client.destroy(null, () => undefined);
    this.#opening?.abandon();
  }
}
