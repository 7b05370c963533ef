// The closed model: so many virtual users at a time, each beginning its next iteration when the last has ended, or on a grid.

import type { Clock } from '../kernel/clock.ts';
import type { Progress } from '../measure/snapshot.ts';
import type { Presence } from '../workload/users-curve.ts';
import type { Offer } from './offer.ts';

export interface Readiness {
  /** False = the `before` steps failed. */
  readonly began: boolean;
  /** How long they took; exactly 0 when there was nothing to do. */
  readonly tookMicros: number;
}

/** One virtual user while it is there: its own scope and sessions. */
export interface VirtualUser {
  /** Runs the `before` steps that this iteration needs and that have not run yet. Rejects for bugs only. */
  prepare(iteration: number, signal: AbortSignal): Promise<Readiness>;
  /** One pass through the flow; `began` false = `prepare` failed, which fails the iteration. Rejects for bugs only. */
  iterate(iteration: number, dueAtMicros: number | null, began: boolean, signal: AbortSignal): Promise<void>;
  close(): Promise<void>;
}

export interface ClosedLoopPorts {
  readonly clock: Clock;
  readonly startAtMicros: number;
  /** How long a user whose time is over may finish its iteration before it is cut off. */
  readonly gracefulStopMicros: number;
  /** Each user begins an iteration on a grid this wide; null = as soon as the one before has ended. */
  readonly everyMicros: number | null;
  /** After so many begun iterations a user leaves. */
  readonly iterationsPerUser: number;
  readonly progress: Progress;
  readonly offer: Offer;
  /** Those who are there: when everything in flight is cut off, each of them is aborted. */
  readonly living: Set<AbortController>;
  /** `life` counts how often this user was opened before. */
  openUser(user: number, life: number): VirtualUser;
  /** A slot of the grid that will never be begun. */
  missed(user: number, iteration: number, dueAtMicros: number, kind: 'dropped' | 'unsent'): void;
  /** Start − due, without the time in which the user was busy. */
  onLag(lagMicros: number): void;
}

/** A user that cannot begin (its login fails) tries again after this, so that it neither vanishes nor hammers. */
const retryMicros = 1_000_000;
/** An iteration shorter than this gives other work a turn before the next. */
const instantMicros = 100;

/** What goes on over all presences of one user. */
interface UserState {
  readonly user: number;
  /** Number of the next iteration; missed slots count, so that a pace gives each slot a number of its own. */
  iteration: number;
  begun: number;
  lives: number;
}

/** Lives one user's presences one after the other; resolves when the last is over and its iteration has ended. */
export async function runUser(
  user: number,
  presences: readonly Presence[],
  ports: ClosedLoopPorts,
): Promise<void> {
  const { startAtMicros, offer, progress } = ports;
  const state: UserState = { user, iteration: 0, begun: 0, lives: 0 };
  for (const presence of presences) {
    await offer.sleepUntil(startAtMicros + presence.fromMicros);
    if (offer.isOver || state.begun >= ports.iterationsPerUser) return;
    progress.users += 1;
    try {
      await live(state, presence, ports);
    } finally {
      progress.users -= 1;
    }
  }
}

async function live(state: UserState, presence: Presence, ports: ClosedLoopPorts): Promise<void> {
  const { clock, living } = ports;
  const untilMicros = atMicros(presence.untilMicros, ports);
  const life = new AbortController();
  const gone = new AbortController();
  living.add(life);
  void clock.sleepUntil(untilMicros + ports.gracefulStopMicros, gone.signal).then(() => life.abort());
  const slots = slotsOf(presence, ports);
  let virtualUser = open(state, ports);
  try {
    while (await nextTurn(state, slots, untilMicros, ports)) {
      const begunAtMicros = clock.nowMicros();
      const began = await iterate(state, slots, virtualUser, life.signal);
      const now = clock.nowMicros();
      if (!began) {
        await virtualUser.close();
        await ports.offer.sleepUntil(Math.min(now + retryMicros, untilMicros));
        virtualUser = open(state, ports);
      } else if (now - begunAtMicros < instantMicros) await ports.offer.sleepUntil(now);
    }
    leaveMissed(state, slots, untilMicros, ports);
  } finally {
    gone.abort();
    living.delete(life);
    await virtualUser.close();
  }
}

const open = (state: UserState, ports: ClosedLoopPorts): VirtualUser => {
  const virtualUser = ports.openUser(state.user, state.lives);
  state.lives += 1;
  return virtualUser;
};

/** Whole microseconds, so that no rounding makes a slot out of the end of a user's time. */
const atMicros = (fromStartMicros: number, { startAtMicros }: ClosedLoopPorts): number =>
  Math.round(startAtMicros) + Math.round(fromStartMicros);

/** The grid of one presence, and the next slot on it that is neither begun nor missed. */
interface Slots {
  readonly everyMicros: number;
  nextMicros: number;
}

/** Users who come in the same moment share out the first period, so that a pace is a steady load and not a burst per period. */
function slotsOf(presence: Presence, ports: ClosedLoopPorts): Slots | null {
  const { everyMicros } = ports;
  if (everyMicros === null) return null;
  const offsetMicros = Math.round(presence.spread * everyMicros);
  return { everyMicros, nextMicros: atMicros(presence.fromMicros, ports) + offsetMicros };
}

/** Waits for the user's next turn; false = it has none left. */
async function nextTurn(
  state: UserState,
  slots: Slots | null,
  untilMicros: number,
  ports: ClosedLoopPorts,
): Promise<boolean> {
  const { clock, offer } = ports;
  if (state.begun >= ports.iterationsPerUser || offer.isOver) return false;
  const freeAtMicros = clock.nowMicros();
  if (slots === null) return freeAtMicros < untilMicros && offer.take();
  dropPassed(state, slots, Math.min(freeAtMicros, untilMicros), ports);
  const dueAtMicros = slots.nextMicros;
  if (dueAtMicros >= untilMicros) return false;
  // A slot that still waits when the user's time is over is lost; one that Mettle itself is late for is not.
  if (dueAtMicros < freeAtMicros && freeAtMicros >= untilMicros) return false;
  if (dueAtMicros > freeAtMicros) await offer.sleepUntil(dueAtMicros);
  if (!offer.take()) return false;
  ports.onLag(Math.max(0, clock.nowMicros() - Math.max(dueAtMicros, freeAtMicros)));
  return true;
}

/** One turn; `before` steps are no part of the load, so the grid begins anew where they end. */
async function iterate(
  state: UserState,
  slots: Slots | null,
  virtualUser: VirtualUser,
  signal: AbortSignal,
): Promise<boolean> {
  const { iteration } = state;
  state.begun += 1;
  state.iteration += 1;
  const { began, tookMicros } = await virtualUser.prepare(iteration, signal);
  if (slots === null) {
    await virtualUser.iterate(iteration, null, began, signal);
    return began;
  }
  const dueAtMicros = slots.nextMicros + Math.round(tookMicros);
  slots.nextMicros = dueAtMicros + slots.everyMicros;
  await virtualUser.iterate(iteration, dueAtMicros, began, signal);
  return began;
}

/** Slots whose whole period went by while the user was busy. */
function dropPassed(state: UserState, slots: Slots, byMicros: number, ports: ClosedLoopPorts): void {
  while (slots.nextMicros + slots.everyMicros <= byMicros) miss(state, slots, 'dropped', ports);
}

/** Everything that was due while the user was there, and while load was offered, is accounted for. */
function leaveMissed(
  state: UserState,
  slots: Slots | null,
  untilMicros: number,
  ports: ClosedLoopPorts,
): void {
  if (slots === null || state.begun >= ports.iterationsPerUser) return;
  const endMicros = Math.min(untilMicros, ports.offer.endedAtMicros);
  dropPassed(state, slots, endMicros, ports);
  if (slots.nextMicros < endMicros) miss(state, slots, 'unsent', ports);
}

function miss(state: UserState, slots: Slots, kind: 'dropped' | 'unsent', ports: ClosedLoopPorts): void {
  ports.missed(state.user, state.iteration, slots.nextMicros, kind);
  state.iteration += 1;
  slots.nextMicros += slots.everyMicros;
}
