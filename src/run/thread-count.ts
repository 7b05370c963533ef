// How many threads a load needs, from its plan alone, so that the same scenario gets the same number on the same machine.

import { availableParallelism } from 'node:os';
import type { Flow, LoadEntry, Scenario, Step } from '../scenario/scenario.ts';

/** What a thread starts on time even with templates and checks on a slow core; `mettle doctor` measures this machine's own. */
const requestsPerThread = 5_000;
/** Sockets and users that one thread keeps without its event loop being late. */
const usersPerThread = 5_000;
/** What a request without a known duration is taken for: users without a pace send the faster the faster they are answered. */
const assumedServiceMicros = 10_000;
/** Turns of a wait whose number nobody knows. */
const assumedTurns = 10;

type Planned = Pick<Scenario, 'flows' | 'load'>;

/** The number asked for, else what the load needs: at most one less than there are cores, at least 1. Tells when it is too many. */
export function threadsOf(
  scenario: Planned,
  asked: number | undefined,
  tell: (line: string) => void,
  cores: number = availableParallelism(),
): number {
  const most = Math.max(1, cores - 1);
  if (asked === undefined) return Math.min(most, threadsNeeded(scenario));
  if (asked > most) {
    tell(
      `warning: ${asked} load threads on ${cores} cores get in each other's and the target's way; ${most} would leave a core free`,
    );
  }
  return asked;
}

/** Threads for the peak rate of requests, or for the users, whichever needs more. Entries count as if all peak together. */
export function threadsNeeded({ flows, load }: Planned): number {
  const sum = (of: (entry: LoadEntry) => number): number =>
    load.reduce((total, entry) => total + of(entry), 0);
  const byRate = sum((entry) => requestsPerSecond(entry, flows)) / requestsPerThread;
  return Math.max(1, Math.ceil(byRate), Math.ceil(sum(peakOf) / usersPerThread));
}

/** The most users or connections that an entry keeps. */
function peakOf(entry: LoadEntry): number {
  if (entry.model === 'saturate') return entry.connections;
  if (entry.model === 'arrivals') return 0;
  return Math.max(...entry.stages.flatMap((stage) => [stage.fromUsers, stage.toUsers]));
}

function requestsPerSecond(entry: LoadEntry, flows: Planned['flows']): number {
  // As fast as the target answers: more threads find a higher ceiling, but which one is enough nobody knows before.
  if (entry.model === 'saturate') return requestsPerThread;
  const { sends, micros } = meanOf(entry.flows.flatMap((name) => flows[name] ?? []));
  if (entry.model === 'arrivals') {
    return sends * Math.max(...entry.stages.flatMap((stage) => [stage.fromPerSecond, stage.toPerSecond]));
  }
  const iterationMicros = Math.max(micros, entry.everyMicros ?? 0);
  return iterationMicros === 0 ? 0 : (peakOf(entry) * sends * 1e6) / iterationMicros;
}

/** What one iteration does: how often it sends, and how long it takes at least. */
interface Effort {
  readonly sends: number;
  readonly micros: number;
}

const nothing: Effort = { sends: 0, micros: 0 };
const plus = (a: Effort, b: Effort): Effort => ({ sends: a.sends + b.sends, micros: a.micros + b.micros });
const times = (a: Effort, by: number): Effort => ({ sends: a.sends * by, micros: a.micros * by });

function meanOf(flows: readonly Flow[]): Effort {
  const weights = flows.reduce((sum, { weight }) => sum + weight, 0);
  return flows.reduce(
    (sum, { steps, weight }) => plus(sum, times(effortOf(steps), weight / weights)),
    nothing,
  );
}

function effortOf(steps: readonly Step[]): Effort {
  return steps.reduce((sum, step) => plus(sum, stepEffort(step)), nothing);
}

function stepEffort(step: Step): Effort {
  switch (step.kind) {
    case 'think':
      return { sends: 0, micros: (step.minMicros + step.maxMicros) / 2 };
    case 'if': {
      const [then, other] = [effortOf(step.then), effortOf(step.else)];
      return then.sends >= other.sends ? then : other;
    }
    case 'repeat':
    case 'until': {
      const inner = effortOf(step.steps);
      const turn = { sends: inner.sends, micros: Math.max(inner.micros, step.everyMicros ?? 0) };
      const forMicros = step.kind === 'repeat' ? step.forMicros : step.withinMicros;
      const byTime = forMicros === null ? assumedTurns : Math.max(1, forMicros / Math.max(1, turn.micros));
      return times(turn, step.times ?? byTime);
    }
    default:
      return { sends: 1, micros: assumedServiceMicros };
  }
}
