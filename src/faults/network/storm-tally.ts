// Counts what becomes of a storm's connections: held, turned away by the server, or failed for reasons of this machine.

export interface StormSeen {
  /** Looked at every 100 ms from when the fault took effect; null: never looked. */
  readonly heldMedian: number | null;
  readonly heldMost: number;
  /** Share of looks at which all connections but 10 % were held, or turned away or left unanswered by the server. */
  readonly pressedShare: number;
  /** By the server: before they were connected, and after. */
  readonly refused: number;
  readonly closed: number;
  /** Attempts that did not reach the server, and why the last one did not. */
  readonly failed: number;
  readonly failure: string | null;
}

/** A connection stands in exactly one of these: not tried yet, under way, held, turned away, failed, given up. */
export class StormTally {
  readonly #count: number;
  #untried: number;
  #pending = 0;
  #held = 0;
  #turnedAway = 0;
  #failed = 0;
  #heldMost = 0;
  #refusals = 0;
  #closes = 0;
  #failures = 0;
  #failure: string | null = null;
  /** How many looks found so many held: bounded, however long the fault is. */
  readonly #looks: Uint32Array;
  #lookCount = 0;
  #pressedLooks = 0;

  constructor(count: number) {
    this.#count = count;
    this.#untried = count;
    this.#looks = new Uint32Array(count + 1);
  }

  /** Every connection has been tried, and every attempt answered. */
  get allTried(): boolean {
    return this.#untried === 0 && this.#pending === 0;
  }

  /** False when there is none to open; else one is under way. */
  take(): boolean {
    if (this.#untried > 0) this.#untried -= 1;
    else if (this.#turnedAway > 0) this.#turnedAway -= 1;
    else if (this.#failed > 0) this.#failed -= 1;
    else return false;
    this.#pending += 1;
    return true;
  }

  connected(): void {
    this.#pending -= 1;
    this.#held += 1;
    this.#heldMost = Math.max(this.#heldMost, this.#held);
  }

  /** By the server, before or after it was connected. Without `again` it stays given up. */
  turnedAway(wasConnected: boolean, again: boolean): void {
    if (wasConnected) {
      this.#held -= 1;
      this.#closes += 1;
    } else {
      this.#pending -= 1;
      this.#refusals += 1;
    }
    if (again) this.#turnedAway += 1;
  }

  failed(why: string): void {
    this.#pending -= 1;
    this.#failed += 1;
    this.#failures += 1;
    this.#failure = why;
  }

  look(): void {
    this.#looks[this.#held] = (this.#looks[this.#held] ?? 0) + 1;
    this.#lookCount += 1;
    if (this.#untried + this.#failed <= 0.1 * this.#count) this.#pressedLooks += 1;
  }

  seen(): StormSeen {
    return {
      heldMedian: this.#median(),
      heldMost: this.#heldMost,
      pressedShare: this.#lookCount === 0 ? 0 : this.#pressedLooks / this.#lookCount,
      refused: this.#refusals,
      closed: this.#closes,
      failed: this.#failures,
      failure: this.#failure,
    };
  }

  #median(): number | null {
    if (this.#lookCount === 0) return null;
    let left = Math.ceil(this.#lookCount / 2);
    const held = this.#looks.findIndex((looks) => (left -= looks) <= 0);
    return held;
  }
}
