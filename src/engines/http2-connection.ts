// One HTTP/2 connection: opened once for those who wait for it, then shared by as many streams as the server allows.

import type { ClientHttp2Session, Settings } from 'node:http2';
import { connect } from 'node:http2';
import type { Socket } from 'node:net';
import type { OpeningTimes } from './exchange-contract.ts';
import type { OpeningError } from './failures.ts';
import type { ConnectionEnd } from './http2-failures.ts';
import type { OpenPorts } from './open-socket.ts';
import { Opening } from './open-socket.ts';
import type { WaitStage } from './pending-answer.ts';
import type { Route } from './route.ts';

/** An exchange that wants a stream. Exactly one of the three is called, unless it leaves before. */
export interface StreamSeeker {
  /** `times` are given to the one that opened the connection. The stream's end is told by `streamEnded`. */
  start(session: ClientHttp2Session, times: OpeningTimes | undefined): void;
  /** The server allows fewer streams than there were seekers: this one needs another connection. */
  elsewhere(): void;
  notOpened(error: OpeningError | ConnectionEnd): void;
}

export interface Http2Pool {
  /** What the server allowed last, before a new connection has heard of it. */
  knownLimit(origin: string): number | undefined;
  learned(origin: string, limit: number): void;
  /** No new streams are put on it any more. */
  retired(connection: Http2Connection): void;
  closed(connection: Http2Connection): void;
}

/** As browsers and Go assume until they are told, and no more than that even if the server would take more. */
const mostStreams = 100;

/** Windows so large that a full one is the network's or the server's doing: what arrives is taken at once. */
const streamWindowBytes = 4 * 1_048_576;
const connectionWindowBytes = 1_073_741_824;

export class Http2Connection {
  readonly route: Route;
  readonly #pool: Http2Pool;
  readonly #nowMicros: () => number;
  readonly #opening: Opening;
  #seekers: StreamSeeker[] = [];
  #opener: StreamSeeker | undefined;
  #session: ClientHttp2Session | undefined;
  /** Undefined until the server's settings arrived. */
  #limit: number | undefined;
  #active = 0;
  #retired = false;
  #error: Error | undefined;
  #goawayCode: number | undefined;
  /** When anything last arrived on it. */
  lastHeardMicros = 0;
  idleSinceMicros = 0;

  constructor(route: Route, ports: OpenPorts, pool: Http2Pool) {
    this.route = route;
    this.#pool = pool;
    this.#nowMicros = ports.nowMicros;
    this.#opening = new Opening(route, ports, {
      opened: (socket, times) => this.#opened(socket, times),
      failed: (error) => this.#fail(error),
      broken: (error) => {
        this.#error ??= error;
      },
    });
  }

  /** null = streams begin at once. */
  get stage(): WaitStage | null {
    if (this.#opening.stage !== null) return this.#opening.stage;
    return this.#limit === undefined ? 'settings' : null;
  }

  get hasRoom(): boolean {
    const limit = this.#limit ?? this.#pool.knownLimit(this.route.origin) ?? mostStreams;
    // Closed already, though its streams and its pool have not heard of it yet.
    if (this.#retired || this.#session?.closed === true || this.#session?.destroyed === true) return false;
    return this.#active + this.#seekers.length < limit;
  }

  get isIdle(): boolean {
    return this.#active === 0 && this.#seekers.length === 0;
  }

  get isClosed(): boolean {
    return this.#session === undefined || this.#session.destroyed;
  }

  get end(): ConnectionEnd {
    return { error: this.#error, goawayCode: this.#goawayCode, spoke: this.#limit !== undefined };
  }

  join(seeker: StreamSeeker): void {
    if (this.#session !== undefined && this.#limit !== undefined) {
      this.#start(seeker, undefined);
      return;
    }
    if (this.#seekers.length === 0 && this.#session === undefined) this.#opener ??= seeker;
    this.#seekers.push(seeker);
  }

  /** Before its stream began. The attempt to connect ends with the last one who waits for it. */
  leave(seeker: StreamSeeker): void {
    this.#seekers = this.#seekers.filter((other) => other !== seeker);
    if (this.isIdle && this.#session === undefined) this.destroy();
  }

  /** Once per stream that was started, when it is closed. */
  streamEnded(): void {
    this.#active -= 1;
    if (!this.isIdle) return;
    this.idleSinceMicros = this.#nowMicros();
    if (this.#retired) this.destroy();
  }

  /** Takes no new streams, and ends with the last one that it has. */
  retire(): void {
    if (this.#retired) return;
    this.#retired = true;
    this.#pool.retired(this);
    if (this.isIdle && this.#session !== undefined) this.destroy();
  }

  destroy(): void {
    this.#retired = true;
    this.#opening.abandon();
    this.#session?.destroy();
    this.#pool.closed(this);
  }

  #opened(socket: Socket, times: OpeningTimes): void {
    const session = connect(this.route.origin, {
      createConnection: () => socket,
      settings: { enablePush: false, initialWindowSize: streamWindowBytes },
      // Megabytes: bounded by what is in flight, as with any other connection.
      maxSessionMemory: 1_000,
    });
    this.#session = session;
    session.once('connect', () => session.setLocalWindowSize(connectionWindowBytes));
    session.on('remoteSettings', (settings: Settings) => this.#allowed(settings));
    session.on('goaway', (code: number) => {
      this.#goawayCode = code;
      this.retire();
    });
    session.on('error', (error: Error) => {
      this.#error ??= error;
    });
    session.once('close', () => this.#closed());
    // One stream may always be begun; more than that when it is known how many.
    const opener = this.#opener;
    this.#opener = undefined;
    const known = this.#pool.knownLimit(this.route.origin);
    this.#admit(known ?? 1, (seeker) => (seeker === opener ? times : undefined));
  }

  #admit(limit: number, timesOf: (seeker: StreamSeeker) => OpeningTimes | undefined): void {
    while (this.#active < limit && !this.#retired) {
      const seeker = this.#seekers.shift();
      if (seeker === undefined) return;
      this.#start(seeker, timesOf(seeker));
    }
  }

  #allowed({ maxConcurrentStreams = mostStreams }: Settings): void {
    this.lastHeardMicros = this.#nowMicros();
    this.#limit = Math.max(1, Math.min(mostStreams, maxConcurrentStreams));
    this.#pool.learned(this.route.origin, this.#limit);
    this.#admit(this.#limit, () => undefined);
    for (const seeker of this.#seekers.splice(0)) seeker.elsewhere();
  }

  #start(seeker: StreamSeeker, times: OpeningTimes | undefined): void {
    if (this.#session === undefined) return;
    this.#active += 1;
    seeker.start(this.#session, times);
  }

  #fail(error: OpeningError): void {
    this.#retired = true;
    this.#pool.closed(this);
    for (const seeker of this.#seekers.splice(0)) seeker.notOpened(error);
  }

  #closed(): void {
    this.#retired = true;
    this.#pool.closed(this);
    for (const seeker of this.#seekers.splice(0)) seeker.notOpened(this.end);
  }
}
