// One message that arrived: looked at as text or JSON at most once, however many ask.

import type WebSocket from 'ws';

const toBuffer = (data: WebSocket.RawData): Buffer => {
  if (Array.isArray(data)) return Buffer.concat(data);
  return Buffer.isBuffer(data) ? data : Buffer.from(data);
};

export class Incoming {
  readonly isBinary: boolean;
  readonly atMicros: number;
  readonly bytes: number;
  readonly #read: (raw: Buffer) => unknown;
  #raw: Buffer;
  #text: string | undefined;
  #json: unknown;
  #parsed = false;

  /** `read` gives the value of what is JSON, else undefined. */
  constructor(data: WebSocket.RawData, isBinary: boolean, atMicros: number, read: (raw: Buffer) => unknown) {
    this.#read = read;
    this.#raw = toBuffer(data);
    this.isBinary = isBinary;
    this.atMicros = atMicros;
    this.bytes = this.#raw.length;
  }

  get raw(): Buffer {
    return this.#raw;
  }

  get text(): string {
    return (this.#text ??= this.#raw.toString());
  }

  /** undefined = it is no JSON. JSON in binary messages is read, too: some servers send nothing else. */
  get json(): unknown {
    if (!this.#parsed) {
      this.#json = this.#read(this.#raw);
      this.#parsed = true;
    }
    return this.#json;
  }

  /** Before it is kept: its bytes may be a corner of a large buffer of the socket's. */
  detach(): this {
    this.#raw = Buffer.from(this.#raw);
    return this;
  }
}
