// Waiting for an event that may come too late or be cut off by the end of the run; the time is taken when it comes.

import { onAbort } from './abort.ts';
import type { Failure } from './failures.ts';

export interface Waited<Value> {
  /** undefined = it did not come; `failure` says why. */
  readonly value: Value | undefined;
  readonly failure: Failure | null;
  readonly censored: boolean;
  readonly endedAtMicros: number;
}

export interface Deadline {
  readonly timeoutMicros: number;
  readonly signal: AbortSignal;
  readonly nowMicros: () => number;
  /** What did not come in time: `no reply`. */
  readonly missing: () => string;
}

/** It has come; at `atMicros`, when that was before now. */
export type Came<Value> = (value: Value, atMicros?: number) => void;

/** `begin` starts the waiting and returns what stops it; never rejects unless `begin` throws. */
export function waitFor<Value extends object>(
  { timeoutMicros, signal, nowMicros, missing }: Deadline,
  begin: (done: Came<Value>) => () => void,
): Promise<Waited<Value>> {
  return new Promise((resolve, reject) => {
    let settled = false;
    const startedAtMicros = nowMicros();
    const timedOut = (): Failure => {
      return { error: 'timeout', code: undefined, detail: `${missing()} within ${timeoutMicros / 1000}ms` };
    };
    const end = (
      value: Value | undefined,
      failure: Failure | null,
      censored: boolean,
      atMicros?: number,
    ): void => {
      if (settled) return;
      settled = true;
      clearTimeout(timer);
      forget();
      resolve({ value, failure, censored, endedAtMicros: atMicros ?? nowMicros() });
    };
    const done = (value: Value, atMicros = nowMicros()): void => {
      // A timer that came late must not turn what came too late into something good.
      const late = atMicros - startedAtMicros > timeoutMicros;
      end(late ? undefined : value, late ? timedOut() : null, false, atMicros);
    };
    const timer = setTimeout(
      () => {
        stop();
        end(undefined, timedOut(), false);
      },
      Math.ceil(timeoutMicros / 1000),
    );
    const forget = onAbort(signal, () => {
      stop();
      end(undefined, { error: 'timeout', code: undefined, detail: 'in flight when the run ended' }, true);
    });
    let stop: () => void = () => undefined;
    try {
      stop = begin(done);
    } catch (thrown) {
      clearTimeout(timer);
      forget();
      reject(thrown instanceof Error ? thrown : new Error(String(thrown)));
    }
  });
}
