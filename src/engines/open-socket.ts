// Opens one connection, with its parts timed apart: looking up the name, TCP, a proxy's tunnel, the TLS handshake.

import type { LookupFunction, Socket } from 'node:net';
import { connect as connectTcp, isIP, Socket as PlainSocket } from 'node:net';
import type { ConnectionOptions, TLSSocket } from 'node:tls';
import { connect as connectTls } from 'node:tls';
import type { OpeningTimes } from './exchange-contract.ts';
import type { OpeningStage } from './failures.ts';
import { OpeningError } from './failures.ts';
import type { Found, HostGate } from './name-lookup.ts';
import { openTunnel } from './proxy-tunnel.ts';
import type { Route } from './route.ts';
import type { TlsClient } from './tls-client.ts';

export interface OpenPorts {
  readonly nowMicros: () => number;
  readonly hosts: HostGate;
  readonly tls: TlsClient;
  /** Source address; null = the system chooses. */
  readonly localAddress: string | null;
}

export interface OpenCallbacks {
  opened(socket: Socket, times: OpeningTimes): void;
  failed(error: OpeningError): void;
  /** What the socket says when it fails after it was opened. */
  broken(error: Error): void;
}

/**
 * A name with several addresses is tried one by one. The next one is tried after a lost SYN was sent again (1 s), not after
 * Node's 250 ms: a server that is slow to accept must not look like one that cannot be reached.
 */
const addressAttemptMs = 1_200;

const noSuchFamily = (hostname: string, family: number): NodeJS.ErrnoException =>
  Object.assign(new Error(`${hostname} has no IPv${family} address`), { code: 'ENOTFOUND' });

const noHttp2 = ({ alpnProtocol }: TLSSocket): Error =>
  Object.assign(
    new Error(
      `the server does not speak HTTP/2 (it chose ${alpnProtocol === false ? 'nothing' : String(alpnProtocol)})`,
    ),
    { code: 'NO_HTTP2' },
  );

/** One attempt. Nothing is told after `abandon`. */
export class Opening {
  readonly #route: Route;
  readonly #ports: OpenPorts;
  readonly #callbacks: OpenCallbacks;
  readonly #startedAtMicros: number;
  #stage: OpeningStage | null;
  #socket: Socket;
  #dnsMicros: number | undefined;
  #tlsFromMicros: number | undefined;
  #abandoned = false;

  constructor(route: Route, ports: OpenPorts, callbacks: OpenCallbacks) {
    this.#route = route;
    this.#ports = ports;
    this.#callbacks = callbacks;
    this.#startedAtMicros = ports.nowMicros();
    this.#stage = isIP(route.first.host) === 0 ? 'dns' : 'tcp';
    this.#socket = this.#connect();
  }

  /** null = open. */
  get stage(): OpeningStage | null {
    return this.#stage;
  }

  abandon(): void {
    this.#abandoned = true;
    this.#socket.destroy();
  }

  #connect(): Socket {
    const { first, secure, tunnel } = this.#route;
    const { localAddress, hosts } = this.#ports;
    const refusal = isIP(first.host) === 0 ? null : hosts.refusal(first.host);
    if (refusal !== null) {
      setImmediate(() => this.#fail(refusal));
      return new PlainSocket();
    }
    const address = {
      ...first,
      noDelay: true,
      lookup: this.#lookup,
      autoSelectFamilyAttemptTimeout: addressAttemptMs,
      ...(localAddress !== null && { localAddress, family: isIP(localAddress) }),
    };
    if (secure && !tunnel) return this.#secure(address, 'connect');
    const socket = connectTcp(address);
    this.#watch(socket);
    socket.once('connect', () => {
      if (tunnel) this.#tunnel(socket);
      else this.#finish(socket);
    });
    return socket;
  }

  /** What was checked before the run is not looked up again: then no time is spent on it, and none is reported. */
  readonly #lookup: LookupFunction = (hostname, { family, all }, callback) => {
    const { hosts, nowMicros } = this.#ports;
    const wanted = typeof family === 'number' ? family : 0;
    const found: Found = (error, addresses) => {
      if (error === null) this.#stage = 'tcp';
      const [first] = addresses;
      if (all === true || first === undefined) callback(error, addresses);
      else callback(error, first.address, first.family);
    };
    const pinned = hosts.pinned(hostname);
    if (pinned !== undefined) {
      const addresses = pinned.map((address) => ({ address, family: isIP(address) }));
      const usable = addresses.filter((entry) => wanted === 0 || entry.family === wanted);
      process.nextTick(found, usable.length === 0 ? noSuchFamily(hostname, wanted) : null, usable);
      return;
    }
    const fromMicros = nowMicros();
    hosts.lookUp(hostname, wanted, (error, addresses) => {
      this.#dnsMicros = nowMicros() - fromMicros;
      found(error, addresses);
    });
  };

  /** TLS, over a connection of its own or over a tunnel. */
  #secure(over: ConnectionOptions, from: 'connect' | 'now'): TLSSocket {
    const { server, protocols } = this.#route;
    const options = { ...this.#ports.tls(server.host), ...over, ALPNProtocols: [...protocols] };
    const socket = connectTls(options);
    const shakeHands = (): void => {
      this.#stage = 'tls';
      this.#tlsFromMicros = this.#ports.nowMicros();
    };
    if (from === 'now') shakeHands();
    else socket.once('connect', shakeHands);
    socket.once('secureConnect', () => {
      if (protocols.includes('h2') && socket.alpnProtocol !== 'h2') this.#fail(noHttp2(socket));
      else this.#finish(socket);
    });
    this.#watch(socket);
    return socket;
  }

  #tunnel(socket: Socket): void {
    this.#stage = 'proxy';
    const { server, secure } = this.#route;
    openTunnel(socket, server, (error) => {
      if (this.#abandoned) return;
      if (error !== null) this.#fail(error);
      else if (secure) this.#socket = this.#secure({ socket, host: server.host }, 'now');
      else this.#finish(socket);
    });
  }

  #finish(socket: Socket): void {
    if (this.#abandoned) return;
    this.#stage = null;
    const nowMicros = this.#ports.nowMicros();
    const tlsFromMicros = this.#tlsFromMicros;
    this.#callbacks.opened(socket, {
      connectMicros: nowMicros - this.#startedAtMicros,
      dnsMicros: this.#dnsMicros,
      tlsMicros: tlsFromMicros === undefined ? undefined : nowMicros - tlsFromMicros,
    });
  }

  #fail(cause: Error): void {
    if (this.#abandoned || this.#stage === null) return;
    const error = new OpeningError(this.#stage, cause);
    this.abandon();
    this.#callbacks.failed(error);
  }

  #watch(socket: Socket): void {
    socket.setKeepAlive(true, 60_000);
    socket.on('error', (error) => {
      if (this.#stage === null && !this.#abandoned) this.#callbacks.broken(error);
      else this.#fail(error);
    });
  }
}
