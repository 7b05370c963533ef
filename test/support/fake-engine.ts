// A protocol without a network: every step takes the time and has the outcome that the test says, on the test's clock.

import type { Scope, Session, Trouble } from '../../src/engines/engine.ts';
import type { StepSpec } from '../../src/engines/registry.ts';
import type { Clock } from '../../src/kernel/clock.ts';
import type { Sample } from '../../src/measure/outcome.ts';

interface SentStep {
  readonly series: string;
  readonly dueAtMicros: number | null;
  readonly atMicros: number;
}

export interface FakeEngine {
  /** Everything sent so far, in order. */
  readonly sent: SentStep[];
  readonly openSessions: number;
  prepare(spec: StepSpec): string;
  session(): Session<string>;
}

/** How one send behaves: `n` counts the sends of its series from 0. */
export interface Behaviour {
  readonly takesMicros: number;
  readonly error?: Sample['error'];
  /** What the answer leaves in the user's scope. */
  readonly sets?: Readonly<Record<string, unknown>>;
}

export function createFakeEngine(
  clock: Clock,
  behaviour: (series: string, n: number) => Behaviour,
  trouble: () => Trouble | null = () => null,
): FakeEngine {
  const sent: SentStep[] = [];
  const seen = new Map<string, number>();
  let openSessions = 0;

  const send = async (
    series: string,
    scope: Scope,
    dueAtMicros: number | null,
    signal: AbortSignal,
  ): Promise<Sample> => {
    const n = seen.get(series) ?? 0;
    seen.set(series, n + 1);
    const startedAtMicros = clock.nowMicros();
    sent.push({ series, dueAtMicros, atMicros: startedAtMicros });
    const { takesMicros, error = null, sets = {} } = behaviour(series, n);
    await clock.sleepUntil(startedAtMicros + takesMicros, signal);
    const endedAtMicros = clock.nowMicros();
    for (const [name, value] of Object.entries(sets)) scope.set(name, value);
    const whole = endedAtMicros >= startedAtMicros + takesMicros;
    const base = { series, dueAtMicros, startedAtMicros, endedAtMicros, bytes: 1 };
    return whole
      ? { ...base, error, answered: error === null }
      : { ...base, error: 'timeout', answered: false, censored: true };
  };

  return {
    sent,
    get openSessions() {
      return openSessions;
    },
    prepare: ({ name }) => name,
    session: () => {
      openSessions += 1;
      return {
        send,
        trouble,
        close: () => {
          openSessions -= 1;
          return Promise.resolve();
        },
      };
    },
  };
}
