// WebSocket servers on loopback whose every message, close and handshake is written down beforehand.

import { createHash } from 'node:crypto';
import { once } from 'node:events';
import type { IncomingMessage, Server as HttpServer } from 'node:http';
import { createServer as createHttpServer } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import { createServer } from 'node:net';
import type { ServerOptions } from 'ws';
import type WebSocket from 'ws';
import { WebSocketServer } from 'ws';
import type { Observer } from '../../src/engines/engine.ts';
import type { ObservedKind, TallyName } from '../../src/measure/slice.ts';

export type Message = Record<string, unknown>;

export const say = (socket: WebSocket, message: Message): void => socket.send(JSON.stringify(message));

/** The TCP connection below a WebSocket of ws. */
export const tcpOf = (socket: WebSocket): Socket =>
  (socket as unknown as { readonly _socket: Socket })._socket;

export interface KnownWsServer {
  /** `ws://127.0.0.1:<port>`, or `wss:` with certificates. */
  readonly url: string;
  /** Every handshake that was accepted, in order. */
  readonly handshakes: readonly IncomingMessage[];
  /** Every close that clients sent or caused, in order. */
  readonly closes: readonly { readonly code: number; readonly reason: string }[];
  /** Those connected now. */
  readonly clients: ReadonlySet<WebSocket>;
  /** Cuts every client off without a word. */
  readonly cutAll: () => void;
  readonly close: () => Promise<void>;
}

export interface KnownWsOptions {
  /** `nth` counts connections from 1. */
  readonly onMessage?: (
    socket: WebSocket,
    message: Message,
    nth: number,
    raw: Buffer,
    isBinary: boolean,
  ) => void;
  readonly onConnection?: (socket: WebSocket, nth: number) => void;
  /** The HTTP status of a refusal, or null to accept. */
  readonly refuse?: (request: IncomingMessage, nth: number) => number | null;
  readonly port?: number;
  readonly tls?: {
    readonly cert: Buffer;
    readonly key: Buffer;
    readonly ca?: Buffer;
    readonly requestCert?: boolean;
  };
  readonly options?: ServerOptions;
  /** Lines added to the answer of the handshake. */
  readonly headers?: readonly string[];
}

function parsed(data: Buffer): Message {
  try {
    return JSON.parse(data.toString()) as Message;
  } catch {
    return {};
  }
}

function answerUpgrades(
  http: HttpServer,
  wss: WebSocketServer,
  refuse: NonNullable<KnownWsOptions['refuse']>,
): void {
  let nth = 0;
  http.on('upgrade', (request, socket: Socket, head: Buffer) => {
    nth += 1;
    socket.on('error', () => socket.destroy());
    const status = refuse(request, nth);
    if (status === null)
      wss.handleUpgrade(request, socket, head, (ws) => wss.emit('connection', ws, request));
    else
      socket.end(`HTTP/1.1 ${status} Refused\r\nset-cookie: refused=${status}\r\ncontent-length: 0\r\n\r\n`);
  });
}

export async function startWsServer(init: KnownWsOptions): Promise<KnownWsServer> {
  const http = init.tls === undefined ? createHttpServer() : createHttpsServer(init.tls);
  const wss = new WebSocketServer({ noServer: true, ...init.options });
  const handshakes: IncomingMessage[] = [];
  const closes: { code: number; reason: string }[] = [];
  answerUpgrades(http, wss, init.refuse ?? (() => null));
  wss.on('headers', (lines) => lines.push(...(init.headers ?? [])));
  wss.on('connection', (socket, request: IncomingMessage) => {
    const nth = handshakes.push(request);
    socket.on('error', () => socket.terminate());
    socket.on('close', (code, reason) => closes.push({ code, reason: reason.toString() }));
    socket.on('message', (data: Buffer, isBinary) =>
      init.onMessage?.(socket, parsed(data), nth, data, isBinary),
    );
    init.onConnection?.(socket, nth);
  });
  http.listen(init.port ?? 0, '127.0.0.1');
  await once(http, 'listening');
  const { port } = http.address() as AddressInfo;
  return {
    url: `${init.tls === undefined ? 'ws' : 'wss'}://127.0.0.1:${port}`,
    handshakes,
    closes,
    clients: wss.clients,
    cutAll: () => {
      for (const client of wss.clients) client.terminate();
    },
    close: async () => {
      for (const client of wss.clients) client.terminate();
      http.closeAllConnections();
      http.close();
      await once(http, 'close');
    },
  };
}

/** A server frame (RFC 6455 5.2) with the bits as given; `claims` lies about the length. */
export function frame(opcode: number, payload: Buffer, { claims = payload.length, fin = true } = {}): Buffer {
  const first = (fin ? 0x80 : 0) | opcode;
  if (claims < 126) return Buffer.concat([Buffer.from([first, claims]), payload]);
  const head = Buffer.alloc(10);
  head[0] = first;
  head[1] = 127;
  head.writeBigUInt64BE(BigInt(claims), 2);
  return Buffer.concat([head, payload]);
}

export interface RawWsServer {
  readonly url: string;
  readonly sockets: readonly Socket[];
  readonly close: () => Promise<void>;
}

const acceptOf = (request: string): string => {
  const [, key = ''] = /sec-websocket-key: (\S+)/i.exec(request) ?? [];
  return createHash('sha1').update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest('base64');
};

/** What a correct server answers; `accept` other than undefined lies about the key. */
export const upgradeAnswer = (request: string, accept?: string): string =>
  `HTTP/1.1 101 Switching Protocols\r\nupgrade: websocket\r\nconnection: upgrade\r\nsec-websocket-accept: ${accept ?? acceptOf(request)}\r\n\r\n`;

/** Does whatever `onHandshake` does with the request of the handshake, and `onData` with what comes after. */
export async function startRawWsServer(
  onHandshake: (socket: Socket, request: string) => void,
  onData: (socket: Socket, data: Buffer) => void = () => undefined,
): Promise<RawWsServer> {
  const sockets: Socket[] = [];
  const server = createServer((socket) => {
    sockets.push(socket);
    socket.on('error', () => socket.destroy());
    socket.once('data', (request) => {
      onHandshake(socket, request.toString());
      socket.on('data', (data) => onData(socket, data));
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `ws://127.0.0.1:${(server.address() as AddressInfo).port}`,
    sockets,
    close: async () => {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}

/** Accepts the handshake and at the first bytes after it does `then`. */
export const startThenServer = (then: (socket: Socket) => void): Promise<RawWsServer> =>
  startRawWsServer((socket, request) => {
    socket.write(upgradeAnswer(request));
  }, then);

export interface Observations {
  readonly observer: Observer;
  /** The sum of what was counted. */
  readonly tally: (series: string, name: TallyName) => number;
  /** The values that were observed, in order. */
  readonly values: (series: string, kind: ObservedKind) => readonly number[];
}

/** An observer that remembers. */
export function observations(): Observations {
  const counts = new Map<string, number>();
  const seen = new Map<string, number[]>();
  return {
    observer: {
      observe: (series, kind, _atMicros, valueMicros) => {
        const key = `${series} ${kind}`;
        seen.set(key, [...(seen.get(key) ?? []), valueMicros]);
      },
      tally: (series, name, _atMicros, by) => {
        const key = `${series} ${name}`;
        counts.set(key, (counts.get(key) ?? 0) + by);
      },
    },
    tally: (series, name) => counts.get(`${series} ${name}`) ?? 0,
    values: (series, kind) => seen.get(`${series} ${kind}`) ?? [],
  };
}
