// How fast iterations begin against how fast the schedule wants them to, from the running totals of the threads.

import type { Progress, Snapshot } from '../measure/snapshot.ts';
import type { ArrivalsEntry, LoadEntry, UsersEntry } from '../scenario/scenario.ts';
import { createRateCurve, type RateCurve } from '../workload/rate-curve.ts';
import { usersAt } from '../workload/users-curve.ts';
import type { PaceView } from './live-view.ts';

const windowMicros = 2_000_000;

interface Told {
  readonly atMicros: number;
  readonly progress: Progress;
}

interface ArrivalCurve {
  readonly delayMicros: number;
  readonly curve: RateCurve;
}

export class LivePace {
  readonly #curves: readonly ArrivalCurve[];
  readonly #users: readonly UsersEntry[];
  readonly #onlyArrivals: boolean;
  /** Oldest first; the oldest is the last one from before the window. */
  readonly #told = new Map<number, Told[]>();

  constructor(load: readonly LoadEntry[]) {
    const arrivals = load.filter((entry): entry is ArrivalsEntry => entry.model === 'arrivals');
    this.#curves = arrivals.map(({ delayMicros, stages }) => ({
      delayMicros,
      curve: createRateCurve(stages),
    }));
    this.#users = load.filter((entry): entry is UsersEntry => entry.model === 'users');
    this.#onlyArrivals = arrivals.length === load.length;
  }

  add({ thread, atMicros, progress }: Snapshot): void {
    const told = this.#told.get(thread) ?? [];
    told.push({ atMicros, progress });
    while ((told[1]?.atMicros ?? Infinity) <= atMicros - windowMicros) told.shift();
    this.#told.set(thread, told);
  }

  view(): PaceView {
    const ends = [...this.#told.values()].flatMap((told) => told.at(-1) ?? []);
    const atMicros = Math.max(0, ...ends.map((end) => end.atMicros));
    const fromMicros = Math.max(0, atMicros - windowMicros);
    const sum = (pick: keyof Progress): number =>
      ends.reduce((total, { progress }) => total + progress[pick], 0);
    const scheduledPerSecond = this.#scheduled(fromMicros, atMicros);
    const begunPerSecond = [...this.#told.values()].reduce((total, told) => total + begunBy(told), 0);
    const seconds = (atMicros - fromMicros) / 1e6;
    return {
      scheduledPerSecond,
      begunPerSecond,
      onlyArrivals: this.#onlyArrivals,
      belowSchedule: this.#onlyArrivals && isBelow(scheduledPerSecond ?? 0, begunPerSecond, seconds),
      scheduledUsers: this.#scheduledUsers(atMicros),
      users: sum('users'),
      inFlight: sum('inFlight'),
      waiting: sum('waiting'),
      dropped: sum('dropped'),
      unsent: sum('unsent'),
    };
  }

  #scheduled(fromMicros: number, toMicros: number): number | null {
    if (this.#curves.length === 0) return null;
    if (toMicros <= fromMicros) return 0;
    const due = this.#curves.reduce(
      (total, { delayMicros, curve }) =>
        total + curve.positionAt(toMicros - delayMicros) - curve.positionAt(fromMicros - delayMicros),
      0,
    );
    return (due * 1e6) / (toMicros - fromMicros);
  }

  #scheduledUsers(atMicros: number): number | null {
    if (this.#users.length === 0) return null;
    return this.#users.reduce(
      (total, { delayMicros, stages }) => total + usersAt(stages, atMicros - delayMicros),
      0,
    );
  }
}

/** Iterations per second of one thread; from the start until it has told twice. */
function begunBy(told: readonly Told[]): number {
  const last = told.at(-1);
  if (last === undefined) return 0;
  const first = told.length > 1 && last.atMicros >= windowMicros ? told[0] : undefined;
  const spanMicros = last.atMicros - (first?.atMicros ?? 0);
  const begun = last.progress.started - (first?.progress.started ?? 0);
  return spanMicros <= 0 ? 0 : (begun * 1e6) / spanMicros;
}

/** Three standard deviations of Poisson arrivals, and at least a twentieth: what chance does not explain. */
function isBelow(scheduledPerSecond: number, begunPerSecond: number, seconds: number): boolean {
  const missing = (scheduledPerSecond - begunPerSecond) * seconds;
  const due = scheduledPerSecond * seconds;
  return missing > Math.max(1, 3 * Math.sqrt(due), due / 20);
}
