// Follows a streamed answer event by event: what is measured on the way, and when the step has seen enough of it.

import { formatDuration, formatSize } from '../kernel/units.ts';
import { onAbort } from './abort.ts';
import type { EngineEnvironment, Observer, Scope } from './engine.ts';
import { EventReader, LineReader } from './event-stream.ts';
import { codingsOf, headerText } from './http-content.ts';
import type { HttpAnswer } from './http-exchange.ts';
import type { HttpStream, StreamEnd } from './http-stream-input.ts';
import { compileChecks, parseJson } from './json-checks.ts';

/** Characters of one event: an endless stream is followed in bounded memory. */
const longestEvent = 1_048_576;

/** What became of a stream that was followed. */
export interface StreamOutcome {
  readonly events: number;
  /** The data of the last event; empty when none came. */
  readonly lastEvent: string;
  /** What is wrong with an answer that arrived; null = nothing. */
  readonly problem: string | null;
}

/** Has the step seen enough with this event, the `count`-th? */
type IsEnough = (count: number, data: string, type: string) => boolean;

export interface StreamPlan {
  readonly stream: HttpStream;
  /** Fills in the templates of `until`. Throws UnresolvedValue. */
  bind(scope: Scope): IsEnough;
}

const never: IsEnough = () => false;

function compileEnd(end: StreamEnd, { templates }: EngineEnvironment): StreamPlan['bind'] {
  switch (end.kind) {
    case 'events':
      return () => (count) => count >= end.count;
    case 'event':
      return () => (_count, _data, type) => type === end.type;
    case 'text': {
      const text = templates.text(end.text);
      return (scope) => {
        const wanted = text.render(scope);
        return (_count, data) => data.includes(wanted);
      };
    }
    case 'match': {
      const checks = compileChecks(end.checks, templates);
      return (scope) => {
        const bound = checks(scope);
        return (_count, data) => {
          const value = parseJson(data);
          return value !== undefined && bound(value) === null;
        };
      };
    }
  }
}

export function compileStream(stream: HttpStream | null, environment: EngineEnvironment): StreamPlan | null {
  if (stream === null) return null;
  return { stream, bind: stream.until === null ? () => never : compileEnd(stream.until, environment) };
}

const shownEnd = (end: StreamEnd): string => {
  switch (end.kind) {
    case 'events':
      return `${end.count} events`;
    case 'event':
      return `one of type "${end.type}"`;
    case 'text':
      return 'one with the awaited text';
    case 'match':
      return 'one that matches';
  }
};

export interface WatchPorts {
  readonly series: string;
  readonly observer: Observer;
  readonly startedAtMicros: number;
  /** Aborts at the end of the run. */
  readonly runEnds: AbortSignal;
}

/** Why the step left its stream. */
type Reason = 'enough' | 'time' | 'stalled' | 'tooLong';

/** The stream of one answer. `signal` is to be given to the exchange in place of the run's own. */
export class StreamWatch {
  readonly #stream: HttpStream;
  readonly #isEnough: IsEnough;
  readonly #ports: WatchPorts;
  readonly #leave = new AbortController();
  readonly #reader: { write(chunk: Uint8Array): boolean; end?(): void };
  #forTimer: NodeJS.Timeout | undefined;
  #gapTimer: NodeJS.Timeout | undefined;
  #reason: Reason | null = null;
  #begun = false;
  #events = 0;
  #lastEvent = '';
  #lastAtMicros = 0;
  #chunkAtMicros = 0;
  readonly #forget: () => void;

  constructor(stream: HttpStream, isEnough: IsEnough, ports: WatchPorts) {
    this.#forget = onAbort(ports.runEnds, () => this.#leave.abort());
    this.#stream = stream;
    this.#isEnough = isEnough;
    this.#ports = ports;
    this.#reader =
      stream.format === 'events'
        ? new EventReader(longestEvent, (data, type) => this.#event(data, type))
        : new LineReader(longestEvent, (line) => {
            if (line !== '') this.#event(line, 'message');
          });
  }

  get signal(): AbortSignal {
    return this.#leave.signal;
  }

  /** The answer has begun, with a status that the step accepts. */
  begin(): void {
    const { forMicros, gapTimeoutMicros } = this.#stream;
    this.#begun = true;
    if (forMicros !== null)
      this.#forTimer = setTimeout(() => this.#stop('time'), Math.ceil(forMicros / 1000));
    if (gapTimeoutMicros !== null)
      this.#gapTimer = setTimeout(() => this.#suspect(), Math.ceil(gapTimeoutMicros / 1000));
  }

  readonly onData = (chunk: Buffer, atMicros: number): void => {
    if (!this.#begun || this.#reason !== null) return;
    this.#chunkAtMicros = atMicros;
    if (!this.#reader.write(chunk)) this.#stop('tooLong');
  };

  /** What the answer comes to: a stream that was left because it was enough is a complete one. */
  finish(answer: HttpAnswer): { readonly answer: HttpAnswer; readonly outcome: StreamOutcome } {
    clearTimeout(this.#forTimer);
    clearTimeout(this.#gapTimer);
    this.#forget();
    if (answer.failure === null && this.#begun && this.#reason === null) {
      this.#chunkAtMicros = answer.endedAtMicros;
      this.#reader.end?.();
    }
    const judged = this.#judged(answer);
    const problem = this.#strange(answer) ?? this.#short();
    return { answer: judged, outcome: { events: this.#events, lastEvent: this.#lastEvent, problem } };
  }

  #event(data: string, type: string): void {
    if (this.#reason !== null) return;
    const { series, observer, startedAtMicros } = this.#ports;
    const atMicros = this.#chunkAtMicros;
    if (this.#events === 0) observer.observe(series, 'firstEvent', atMicros, atMicros - startedAtMicros);
    else observer.observe(series, 'eventGap', atMicros, atMicros - this.#lastAtMicros);
    observer.tally(series, 'events', atMicros, 1);
    this.#events += 1;
    this.#lastAtMicros = atMicros;
    this.#lastEvent = data;
    this.#gapTimer?.refresh();
    if (this.#isEnough(this.#events, data, type)) this.#stop('enough');
  }

  #stop(reason: Reason): void {
    if (this.#reason !== null) return;
    this.#reason = reason;
    // Not from within the parser that has just called.
    queueMicrotask(() => this.#leave.abort());
  }

  /** What waits to be read since the thread was last free has come in time: it is read before the stream is given up. */
  #suspect(): void {
    const events = this.#events;
    setImmediate(() => {
      if (this.#events === events) this.#stop('stalled');
    });
  }

  #judged(answer: HttpAnswer): HttpAnswer {
    const failed = (error: 'timeout' | 'protocol', detail: string): HttpAnswer => {
      const strange = this.#strange(answer);
      const shown = strange === null ? detail : `${detail} (${strange})`;
      return { ...answer, censored: false, failure: { error, code: undefined, detail: shown } };
    };
    const after = `after ${this.#events} events`;
    switch (this.#reason) {
      case 'enough':
      case 'time':
        return answer.censored ? { ...answer, censored: false, failure: null } : answer;
      case 'stalled':
        return failed(
          'timeout',
          `no event for ${formatDuration(this.#stream.gapTimeoutMicros ?? 0)} ${after}`,
        );
      case 'tooLong':
        return failed('protocol', `an event of more than ${formatSize(longestEvent)} ${after}`);
      case null:
        return answer.failure?.error === 'timeout' && !answer.censored && this.#begun
          ? failed('timeout', `${answer.failure.detail}, ${after}`)
          : answer;
    }
  }

  /** Not the kind of answer that can be followed. */
  #strange(answer: HttpAnswer): string | null {
    if (answer.status === 0) return null;
    const [coding] = codingsOf(answer);
    if (coding !== undefined) return `a stream encoded as ${coding} is not followed`;
    const type = headerText(answer, 'content-type');
    if (this.#stream.format !== 'events' || /^text\/event-stream\b/i.test(type ?? '')) return null;
    return `content-type is ${type ?? 'absent'}, not text/event-stream`;
  }

  /** It ended by itself, before the step had what it was to wait for. */
  #short(): string | null {
    const { until, forMicros } = this.#stream;
    if (this.#reason !== null || (until === null && forMicros === null)) return null;
    const wanted = until === null ? `${formatDuration(forMicros ?? 0)} were over` : `${shownEnd(until)} came`;
    return `the stream ended after ${this.#events} events, before ${wanted}`;
  }
}
