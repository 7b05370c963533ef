// Looks for what is left after the load: waits for looks before it and for quiet after it, where a promise needs them.

import { isAborted } from '../kernel/abort.ts';
import type { Clock } from '../kernel/clock.ts';
import { sleep } from '../kernel/clock.ts';
import type { Scenario } from '../scenario/scenario.ts';
import type { Measure } from '../slo/expression.ts';
import { promiseFrom } from '../slo/gates.ts';
import { isAboutWhatIsLeft } from '../slo/metrics/left-metric.ts';
import type { Look, ObservedRecord } from '../slo/observed.ts';
import { watchedNamed } from '../slo/observed.ts';
import { parseMeasure } from '../slo/parse.ts';
import { sidesOf } from '../slo/sides.ts';

/** From the start of the load. */
export interface SettleSpan {
  readonly fromMicros: number;
  readonly toMicros: number;
}

export interface LeftWatch {
  /** Before the load: until everything asked for was seen twice, within limits. Resolves at once when nothing is asked. */
  baseline(): Promise<void>;
  /** After the load: until it has come to rest, within limits. Resolves at once when nothing is asked. */
  settle(): Promise<void>;
  /** null: nothing was waited for, or not to the end. */
  span(startAtMicros: number): SettleSpan | null;
}

interface LeftRequest {
  /** Names of what is watched: `target`, `service:db`. */
  readonly subjects: readonly string[];
  /** What was seen so far; times from `startAtMicros`. */
  readonly seen: (startAtMicros: number) => ObservedRecord;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

const baselineLooks = 2;
const longestBaselineMicros = 6_000_000;
const longestSettleMicros = 10_000_000;
const pollMicros = 200_000;
/** So many looks without a new low: it has stopped falling. */
const quietLooks = 3;
/** Memory is never still: less than this is no fall. */
const memoryShare = 0.01;

type Promised = Pick<Scenario, 'slo' | 'primary' | 'claims'>;

/** Whose memory or sockets after the load any promise, claim or the primary metric asks for. */
export function askedAfterTheLoad({ slo, primary, claims }: Promised): string[] {
  const named = [...(primary === null ? [] : [primary]), ...claims.map(({ metric }) => metric)];
  const measures = [...slo.map(({ assert }) => promiseFrom(assert).measure), ...named.flatMap(measureIn)];
  const subjects = measures
    .flatMap(sidesOf)
    .flatMap(({ metric, subject }) => (isAboutWhatIsLeft(metric) && subject !== null ? [subject] : []));
  return [...new Set(subjects)];
}

function measureIn(text: string): Measure[] {
  const parsed = parseMeasure(text);
  return parsed.ok ? [parsed.value] : [];
}

export function watchWhatIsLeft({ subjects, seen, clock, signal }: LeftRequest): LeftWatch {
  /** Monotonic clock. */
  let span: SettleSpan | null = null;
  /** Looks after `fromMicros` of each watched thing; of a subject that is not there, none. */
  const looksOf = (fromMicros: number): (readonly Look[])[] => {
    const record = seen(fromMicros);
    return subjects.flatMap((subject) => {
      const found = watchedNamed(record, subject);
      return found.length === 0 ? [[]] : found.map(({ looks }) => looks);
    });
  };
  const until = async (longestMicros: number, reached: () => boolean): Promise<void> => {
    const deadlineMicros = clock.nowMicros() + longestMicros;
    while (!signal.aborted && clock.nowMicros() < deadlineMicros && !reached())
      await sleep(clock, pollMicros, signal);
  };
  return {
    baseline: async () => {
      if (subjects.length === 0) return;
      await until(longestBaselineMicros, () =>
        looksOf(clock.nowMicros()).every((looks) => looks.filter(isWhole).length >= baselineLooks),
      );
    },
    settle: async () => {
      if (subjects.length === 0 || signal.aborted) return;
      const fromMicros = clock.nowMicros();
      const after = (): Look[][] =>
        looksOf(fromMicros).map((looks) => looks.filter(({ atMicros }) => atMicros > 0));
      await until(longestSettleMicros, () => after().every(hasStoppedFalling));
      if (!isAborted(signal)) span = { fromMicros, toMicros: clock.nowMicros() };
    },
    span: (startAtMicros) =>
      span === null
        ? null
        : {
            fromMicros: Math.round(span.fromMicros - startAtMicros),
            toMicros: Math.round(span.toMicros - startAtMicros),
          },
  };
}

/** Descriptors of processes are not counted at every look; containers show none. */
const isWhole = ({ threads, sockets }: Look): boolean => threads === null || sockets !== null;

/** Neither sockets nor open files nor memory reached a new low in the last looks. */
export function hasStoppedFalling(looks: readonly Look[]): boolean {
  const [earlier, last] = [looks.slice(0, -quietLooks), looks.slice(-quietLooks)];
  if (earlier.length === 0) return false;
  const still = (pick: (look: Look) => number | null, slack: number): boolean => {
    const low = Math.min(...earlier.flatMap((look) => pick(look) ?? []));
    return last.every((look) => (pick(look) ?? low) >= low * (1 - slack));
  };
  return (
    still(({ sockets }) => sockets, 0) &&
    still(({ openFiles }) => openFiles, 0) &&
    still(({ memoryBytes }) => memoryBytes, memoryShare)
  );
}
