// Server-sent events (WHATWG HTML 9.2.6) out of bytes as they arrive, whatever the pieces they come in.

/** Lines end with CR, LF or CRLF; a byte order mark at the start is no part of the first one. */
export class LineReader {
  readonly #decoder = new TextDecoder();
  readonly #onLine: (line: string) => void;
  readonly #longest: number;
  #rest = '';
  #afterCr = false;

  /** `longest` bounds what is held of a line that has not ended, in characters. */
  constructor(longest: number, onLine: (line: string) => void) {
    this.#longest = longest;
    this.#onLine = onLine;
  }

  /** False once a line was too long: nothing more can be read. */
  write(chunk: Uint8Array): boolean {
    const text = this.#decoder.decode(chunk, { stream: true });
    let from = 0;
    if (this.#afterCr && text !== '') {
      this.#afterCr = false;
      if (text.startsWith('\n')) from = 1;
    }
    const ends = /\r\n?|\n/g;
    ends.lastIndex = from;
    for (let end = ends.exec(text); end !== null; end = ends.exec(text)) {
      const line = this.#rest + text.slice(from, end.index);
      this.#rest = '';
      from = ends.lastIndex;
      // A CR ends its line at once; an LF that follows in the next piece belongs to it.
      this.#afterCr = end[0] === '\r' && from === text.length;
      if (line.length > this.#longest) return false;
      this.#onLine(line);
    }
    this.#rest += text.slice(from);
    return this.#rest.length <= this.#longest;
  }

  /** The last line, when nothing ended it. */
  end(): void {
    const line = this.#rest + this.#decoder.decode();
    this.#rest = '';
    if (line !== '') this.#onLine(line);
  }
}

/** `data` lines are joined by line feeds; `type` is `message` unless the event says otherwise. */
export type OnEvent = (data: string, type: string) => void;

/** An event that is not closed by an empty line is none, as the specification has it. */
export class EventReader {
  readonly #lines: LineReader;
  readonly #onEvent: OnEvent;
  readonly #longest: number;
  #data: string | null = null;
  #type = '';
  #tooLong = false;

  /** `longest` bounds the data of one event, in characters. */
  constructor(longest: number, onEvent: OnEvent) {
    this.#longest = longest;
    this.#onEvent = onEvent;
    this.#lines = new LineReader(longest, (line) => this.#line(line));
  }

  /** False once an event was too long: nothing more can be read. */
  write(chunk: Uint8Array): boolean {
    return this.#lines.write(chunk) && !this.#tooLong;
  }

  #line(line: string): void {
    if (line === '') {
      this.#dispatch();
      return;
    }
    const colon = line.indexOf(':');
    const field = colon < 0 ? line : line.slice(0, colon);
    if (field !== 'data' && field !== 'event') return;
    const start = line[colon + 1] === ' ' ? colon + 2 : colon + 1;
    const value = colon < 0 ? '' : line.slice(start);
    if (field === 'event') this.#type = value;
    else this.#data = this.#data === null ? value : `${this.#data}\n${value}`;
    this.#tooLong ||= (this.#data?.length ?? 0) > this.#longest;
  }

  #dispatch(): void {
    const [data, type] = [this.#data, this.#type];
    this.#data = null;
    this.#type = '';
    if (data !== null && !this.#tooLong) this.#onEvent(data, type === '' ? 'message' : type);
  }
}
