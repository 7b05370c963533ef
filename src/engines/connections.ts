// The connections of one engine: opened when none is free, kept alive, each used by one request at a time.

import type { Socket } from 'node:net';
import { connect as connectTcp, isIP } from 'node:net';
import { connect as connectTls } from 'node:tls';
import type { buildConnector } from 'undici';
import { Client } from 'undici';
import type { OpeningStage } from './failures.ts';
import { OpeningError } from './failures.ts';

function openSocket({ protocol, hostname, port, servername }: buildConnector.Options): Socket {
  const secure = protocol === 'https:';
  const address = { host: hostname, port: Number(port === '' ? (secure ? 443 : 80) : port), noDelay: true };
  if (!secure) return connectTcp(address);
  const name = servername ?? (isIP(hostname) === 0 ? hostname : '');
  return connectTls({ ...address, servername: name, ALPNProtocols: ['http/1.1'] });
}

/**
 * One connection, with what undici does not tell: how long it took to open and what its socket said when it failed.
 * undici opens it anew by itself when the server closed it while it was idle, which it knows before anything is sent.
 */
export class Connection {
  readonly client: Client;
  readonly #nowMicros: () => number;
  #socket: Socket | undefined;
  #connected = false;
  /** Time that the exchange in progress spent on opening; undefined when the connection was open already. */
  openingMicros: number | undefined;
  /** The socket's own error, which undici may take for the end of an answer. */
  socketError: Error | undefined;
  /** True once the server ended the connection in good order. */
  ended = false;

  constructor(origin: string, nowMicros: () => number) {
    this.#nowMicros = nowMicros;
    this.client = new Client(origin, {
      pipelining: 1,
      headersTimeout: 0,
      bodyTimeout: 0,
      connect: (options, done) => this.#open(options, done),
    });
    this.client.on('connect', () => {
      this.#connected = true;
    });
    this.client.on('disconnect', () => {
      this.#connected = false;
    });
  }

  get connected(): boolean {
    return this.#connected;
  }

  #open(options: buildConnector.Options, done: buildConnector.Callback): void {
    const startedAtMicros = this.#nowMicros();
    const socket = openSocket(options);
    let stage: OpeningStage = 'tcp';
    let opened = false;
    this.#socket = socket;
    this.socketError = undefined;
    this.ended = false;
    socket.setKeepAlive(true, 60_000);
    if (options.protocol === 'https:') {
      socket.once('connect', () => {
        stage = 'tls';
      });
    }
    socket.once(options.protocol === 'https:' ? 'secureConnect' : 'connect', () => {
      opened = true;
      this.openingMicros = this.#nowMicros() - startedAtMicros;
      done(null, socket);
    });
    socket.once('end', () => {
      if (socket === this.#socket) this.ended = true;
    });
    socket.on('error', (error) => {
      if (socket === this.#socket) this.socketError = error;
      if (!opened) done(new OpeningError(stage, error), null);
    });
  }

  destroy(): void {
    this.#connected = false;
    this.client.destroy(null, () => undefined);
    this.#socket?.destroy();
  }
}

/** As many connections as there are requests in flight: a slow server never makes requests wait in here. */
export class Connections {
  readonly #nowMicros: () => number;
  readonly #idle = new Map<string, Connection[]>();
  readonly #all = new Set<Connection>();

  constructor(nowMicros: () => number) {
    this.#nowMicros = nowMicros;
  }

  /** The idle connection used last (least likely to be closed by now), or a new one. */
  acquire(origin: string): Connection {
    const idle = this.#idle.get(origin);
    for (let connection = idle?.pop(); connection !== undefined; connection = idle?.pop()) {
      if (connection.connected) {
        connection.openingMicros = undefined;
        return connection;
      }
      this.discard(connection);
    }
    const created = new Connection(origin, this.#nowMicros);
    this.#all.add(created);
    return created;
  }

  release(origin: string, connection: Connection): void {
    const idle = this.#idle.get(origin);
    if (idle === undefined) this.#idle.set(origin, [connection]);
    else idle.push(connection);
  }

  /** After a failure, nothing about a connection is known for certain. */
  discard(connection: Connection): void {
    this.#all.delete(connection);
    connection.destroy();
  }

  close(): void {
    for (const connection of this.#all) connection.destroy();
    this.#all.clear();
    this.#idle.clear();
  }
}
