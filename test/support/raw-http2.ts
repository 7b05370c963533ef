// An HTTP/2 server written frame by frame, so that a test knows to the byte what a client was sent: RFC 9113, section 4.

import type { Socket } from 'node:net';
import type { WireServer } from './wire-servers.ts';
import { tcpServer } from './wire-servers.ts';

const types = { data: 0, headers: 1, rst: 3, settings: 4, ping: 6, goaway: 7 } as const;
const ack = 0x1;
const endStream = 0x1;
const endHeaders = 0x4;
const prefaceLength = 24;
const headLength = 9;

function frame(type: number, flags: number, stream: number, payload: Buffer): Buffer {
  const head = Buffer.alloc(headLength);
  head.writeUIntBE(payload.length, 0, 3);
  head[3] = type;
  head[4] = flags;
  head.writeUInt32BE(stream, 5);
  return Buffer.concat([head, payload]);
}

const word = (...values: number[]): Buffer => {
  const bytes = Buffer.alloc(4 * values.length);
  values.forEach((value, index) => bytes.writeUInt32BE(value, 4 * index));
  return bytes;
};

export interface RawStream {
  readonly id: number;
  readonly socket: Socket;
  /** `:status: 200` and nothing else. */
  head(end?: boolean): void;
  data(text: string, end?: boolean): void;
  rst(code: number): void;
  goaway(lastStream: number, code: number): void;
}

/** Any stream of a connection, by its number. */
export function streamOf(socket: Socket, id: number): RawStream {
  const write = (type: number, flags: number, stream: number, payload: Buffer): void => {
    if (!socket.destroyed) socket.write(frame(type, flags, stream, payload));
  };
  return {
    id,
    socket,
    // 0x88 is entry 8 of HPACK's static table.
    head: (end = false) => write(types.headers, endHeaders | (end ? endStream : 0), id, Buffer.from([0x88])),
    data: (text, end = false) => write(types.data, end ? endStream : 0, id, Buffer.from(text)),
    rst: (code) => write(types.rst, 0, id, word(code)),
    goaway: (lastStream, code) => write(types.goaway, 0, 0, word(lastStream, code)),
  };
}

export interface RawHttp2 extends WireServer {
  /** Requests that were read, over all connections. */
  readonly requests: number;
}

/** `onRequest` is given each request, the n-th from 1. `maxStreams` is what its settings allow. */
export async function rawHttp2Server(
  onRequest: (stream: RawStream, nth: number) => void,
  maxStreams = 100,
): Promise<RawHttp2> {
  let requests = 0;
  const read = (socket: Socket, bytes: Buffer): Buffer => {
    let rest = bytes;
    while (rest.length >= headLength) {
      const length = headLength + rest.readUIntBE(0, 3);
      if (rest.length < length) break;
      const [type, flags = 0] = [rest[3], rest[4]];
      if (type === types.settings && (flags & ack) === 0)
        socket.write(frame(types.settings, ack, 0, Buffer.alloc(0)));
      if (type === types.headers) {
        requests += 1;
        onRequest(streamOf(socket, rest.readUInt32BE(5)), requests);
      }
      rest = rest.subarray(length);
    }
    return rest;
  };
  const server = await tcpServer(
    () => undefined,
    (socket) => {
      socket.setNoDelay(true);
      const limit = Buffer.concat([Buffer.from([0, 3]), word(maxStreams)]);
      socket.write(frame(types.settings, 0, 0, limit));
      let pending = Buffer.alloc(0);
      let greeted = false;
      socket.on('data', (chunk: Buffer) => {
        pending = Buffer.concat([pending, chunk]);
        if (!greeted && pending.length < prefaceLength) return;
        if (!greeted) pending = pending.subarray(prefaceLength);
        greeted = true;
        pending = read(socket, pending) as Buffer<ArrayBuffer>;
      });
    },
  );
  return {
    ...server,
    get requests() {
      return requests;
    },
  };
}
