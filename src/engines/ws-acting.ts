// What every action on an open socket shares: the step's time, its connection, and how it can fail.

import type { Scope } from './engine.ts';
import type { Failure } from './failures.ts';
import type { Came, Waited } from './ws-deadline.ts';
import { waitFor } from './ws-deadline.ts';
import type { Lost } from './ws-line.ts';
import { WsLine } from './ws-line.ts';
import type { WsLink } from './ws-link.ts';
import type { Outcome } from './ws-sample.ts';

/** One step of one user on one socket. */
export interface Acting {
  readonly link: WsLink;
  readonly scope: Scope;
  readonly signal: AbortSignal;
  readonly nowMicros: () => number;
}

export const expectation = (detail: string): Failure => ({ error: 'expectation', code: undefined, detail });

export const atOnce = (atMicros: number, failure: Failure | null, status?: string): Outcome => ({
  startedAtMicros: atMicros,
  endedAtMicros: atMicros,
  failure,
  status,
});

/** How an action ended that a connection was needed for. */
export type Ended<Value> =
  | { readonly value: Value }
  | { readonly lost: Lost }
  /** The connection is there, and what came of it is not good. */
  | { readonly failure: Failure; readonly answered?: boolean };

interface Work<Value> {
  readonly timeoutMicros: number;
  /** What did not come in time, once there is a connection. */
  readonly missing: (line: WsLine) => string;
  /** Begins on a connection, at once or when there is one again. Returns what stops it. */
  readonly begin: (line: WsLine, done: Came<Ended<Value>>) => () => void;
}

/** Does the work within its time, the waiting for a connection included. */
export function act<Value>(
  { link, signal, nowMicros }: Acting,
  { timeoutMicros, missing, begin }: Work<Value>,
): Promise<Waited<Ended<Value>>> {
  let current: WsLine | undefined;
  const nothing = (): string => (current === undefined ? 'no connection again' : missing(current));
  return waitFor<Ended<Value>>({ timeoutMicros, signal, nowMicros, missing: nothing }, (done) => {
    let stop = (): void => undefined;
    const forget = link.whenUp((up) => {
      if (up instanceof WsLine) {
        current = up;
        stop = begin(up, done);
      } else done({ lost: up });
    });
    return () => {
      forget();
      stop();
    };
  });
}

/** The outcome of work that went well, or why it did not. */
export function outcomeOf<Value>(
  { link }: Acting,
  startedAtMicros: number,
  waited: Waited<Ended<Value>>,
  good: (value: Value) => Pick<Outcome, 'bytes' | 'status' | 'failure' | 'answered'>,
): Outcome {
  const { endedAtMicros, censored, value: ended } = waited;
  const times = { startedAtMicros, endedAtMicros, censored };
  if (ended === undefined) return { ...times, failure: waited.failure };
  if ('value' in ended) return { ...times, ...good(ended.value) };
  if ('failure' in ended) return { ...times, failure: ended.failure, answered: ended.answered ?? false };
  link.told();
  return { ...times, failure: ended.lost.failure, status: ended.lost.status };
}
