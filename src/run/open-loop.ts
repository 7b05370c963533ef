// The open model: iterations begin when they are due, whether or not earlier ones have been answered.

import type { Clock } from '../kernel/clock.ts';
import type { Arrival, Arrivals } from '../workload/arrivals.ts';
import type { InFlight } from './in-flight.ts';

export interface OpenLoopPorts {
  readonly clock: Clock;
  readonly arrivals: Arrivals;
  readonly startAtMicros: number;
  /** End of this load, from its start. */
  readonly durationMicros: number;
  readonly onLimit: 'drop' | 'queue';
  readonly inFlight: InFlight;
  /** Aborted = offer nothing more. */
  readonly stop: AbortSignal;
  /** Aborted = the run is over even for what is late: begin nothing more. */
  readonly cut: AbortSignal;
  /** One pass through the flow. Failed requests are samples; it rejects for bugs only. */
  iterate(arrival: Arrival, dueAtMicros: number): Promise<void>;
  /** An arrival that is never begun. */
  notStarted(arrival: Arrival, dueAtMicros: number, kind: 'dropped' | 'unsent'): void;
  /** Start − due, without waiting for a place. */
  onLag(lagMicros: number): void;
}

/** Begun within this time counts as begun when due: it is the lag from which the generator counts as saturated. */
const graceMicros = 20_000;
/** Iterations begun without a pause before answers get a turn. */
const burstLength = 32;

/** Offers one schedule, once. A queue costs no memory: it is the part of the schedule that is due and not begun. */
export class OpenLoop {
  readonly #ports: OpenLoopPorts;
  readonly #endAtMicros: number;
  /** The oldest that is not begun yet. */
  #headDueAtMicros: number | undefined;
  #waitsForPlace = false;
  /** When a place last became free after waiting for one. */
  #freedAtMicros = -Infinity;
  #burst = 0;

  constructor(ports: OpenLoopPorts) {
    this.#ports = ports;
    this.#endAtMicros = ports.startAtMicros + ports.durationMicros;
  }

  /** Resolves at the end of the load, when everything due was begun, dropped or found unsent; what is in flight may still run. */
  async run(): Promise<void> {
    const { arrivals, clock, cut, inFlight, stop } = this.#ports;
    for (let arrival = arrivals.next(); arrival !== undefined; arrival = arrivals.next()) {
      const dueAtMicros = this.#ports.startAtMicros + arrival.dueMicros;
      this.#headDueAtMicros = dueAtMicros;
      await this.#reach(dueAtMicros);
      inFlight.rethrow();
      if (inFlight.full && !stop.aborted) {
        if (this.#ports.onLimit === 'drop') {
          this.#ports.notStarted(arrival, dueAtMicros, 'dropped');
          continue;
        }
        await this.#waitForPlace();
      }
      const queuedPastEnd = dueAtMicros < this.#freedAtMicros && clock.nowMicros() >= this.#endAtMicros;
      if (stop.aborted || cut.aborted || inFlight.full || queuedPastEnd) {
        this.#leaveUnsent(arrival);
        return;
      }
      this.#begin(arrival, dueAtMicros);
    }
    this.#headDueAtMicros = undefined;
    // A last stage without arrivals is part of the load, too.
    await clock.sleepUntil(this.#endAtMicros, stop);
  }

  /** How many are due and not begun for Mettle's own reasons, and how many wait for a place; expected numbers. */
  backlog(nowMicros: number): { readonly behind: number; readonly waiting: number } {
    const { arrivals, startAtMicros } = this.#ports;
    const head = this.#headDueAtMicros;
    const until = this.#waitsForPlace ? nowMicros : nowMicros - graceMicros;
    if (head === undefined || head > until) return { behind: 0, waiting: 0 };
    const later = arrivals.expectedBetween(head - startAtMicros, until - startAtMicros);
    const count = 1 + Math.floor(later);
    return this.#waitsForPlace ? { behind: 0, waiting: count } : { behind: count, waiting: 0 };
  }

  async #reach(dueAtMicros: number): Promise<void> {
    const { clock, stop } = this.#ports;
    this.#burst += 1;
    const now = clock.nowMicros();
    if (dueAtMicros <= now && this.#burst < burstLength) return;
    this.#burst = 0;
    await clock.sleepUntil(Math.max(dueAtMicros, now), stop);
  }

  /** Waits until a place is free, the load ends, or it is stopped. */
  async #waitForPlace(): Promise<void> {
    const { clock, inFlight, stop } = this.#ports;
    const over = new AbortController();
    const giveUp = (): void => over.abort();
    stop.addEventListener('abort', giveUp, { once: true });
    void clock.sleepUntil(this.#endAtMicros, over.signal).then(giveUp);
    this.#waitsForPlace = true;
    while (inFlight.full && !over.signal.aborted) await inFlight.nextEnd(over.signal);
    this.#waitsForPlace = false;
    this.#freedAtMicros = clock.nowMicros();
    over.abort();
    stop.removeEventListener('abort', giveUp);
  }

  #begin(arrival: Arrival, dueAtMicros: number): void {
    const { clock, inFlight } = this.#ports;
    this.#ports.onLag(Math.max(0, clock.nowMicros() - Math.max(dueAtMicros, this.#freedAtMicros)));
    inFlight.begin(this.#ports.iterate(arrival, dueAtMicros));
  }

  /** Everything due by now and not begun will never be; what was not due yet was never offered. */
  #leaveUnsent(first: Arrival): void {
    const { arrivals, clock, startAtMicros } = this.#ports;
    const untilMicros = Math.min(this.#endAtMicros, clock.nowMicros());
    for (let arrival: Arrival | undefined = first; arrival !== undefined; arrival = arrivals.next()) {
      const dueAtMicros = startAtMicros + arrival.dueMicros;
      if (dueAtMicros > untilMicros) break;
      this.#ports.notStarted(arrival, dueAtMicros, 'unsent');
    }
    this.#headDueAtMicros = undefined;
  }
}
