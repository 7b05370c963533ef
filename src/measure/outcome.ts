// What can become of one unit of offered work, in the words that records, promises and reports share.

export const errorClasses = [
  'connect',
  'tls',
  'dns',
  'timeout',
  'reset',
  'protocol',
  'status',
  'expectation',
  'dropped',
  'unsent',
] as const;

export type ErrorClass = (typeof errorClasses)[number];

/** One timed thing, finished. All times are on the machine's monotonic clock, in microseconds. */
export interface Sample {
  readonly series: string;
  /** When it should have started; null where no due time exists (then response = service). */
  readonly dueAtMicros: number | null;
  readonly startedAtMicros: number;
  readonly endedAtMicros: number;
  /** null = good. `dropped` and `unsent` never become samples: they are counted apart. */
  readonly error: Exclude<ErrorClass, 'dropped' | 'unsent'> | null;
  /** True when a complete answer arrived, whatever its status. */
  readonly answered: boolean;
  /** HTTP status or WebSocket close code, as text, when there was one. */
  readonly status?: string;
  readonly bytes: number;
  /** Time to an established connection (DNS, TCP, TLS), when this sample had to connect. */
  readonly connectMicros?: number;
  /** The part of it that looking up the name took; absent for addresses. */
  readonly dnsMicros?: number;
  /** The part of it that the TLS handshake took. */
  readonly tlsMicros?: number;
  /** Time to the first byte of the answer, from the actual start. */
  readonly firstByteMicros?: number;
  /** True when it was cut off at the end of the run (timeout class, censored at its elapsed time). */
  readonly censored?: boolean;
  /** The system's code of a failure (`ECONNREFUSED`); EMFILE, ENFILE and EADDRNOTAVAIL are the generator's own. */
  readonly code?: string;
  /** One line that shows what failed, truncated and redacted. */
  readonly example?: string;
}
