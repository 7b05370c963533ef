// Attempts on one link, all its connections together: how they ended, how they followed each other, when there were none.
//
// An attempt is one turn of a connection: from the first data that the client sends until the first data that it gets.

import type { AttemptCounts, AttemptEnd } from './attempt-counts.ts';
import { recordDelay } from './delay-histogram.ts';
import { Ring } from './ring.ts';
import { Turn, type TurnLog } from './turn.ts';

/** Attempts no further apart than `quietMicros`, and when nothing was pending any more after the last of them. */
export interface Burst {
  readonly firstMicros: number;
  lastMicros: number;
  attempts: number;
  /** null: some were still waiting when the next burst began, or are now. */
  quietAtMicros: number | null;
}

/** Shorter pauses are no silence. It bounds what is kept: ten bursts a second. */
const quietMicros = 100_000;
const keptMicros = 310_000_000;
/** Pauses between a failure and the next attempt that are kept: the last ones. */
const keptPauses = 2_000;

export class AttemptLog implements TurnLog {
  readonly bursts: Burst[] = [];
  /** From an attempt that failed, with no other pending, to the next: when it ended there, and how long it took. */
  readonly pauses = new Ring(keptPauses);
  private readonly turns = new Set<Turn>();
  private readonly nowMicros: () => number;
  private readonly counts: () => AttemptCounts;
  private open = 0;
  private failedAtMicros: number | null = null;

  /** `counts`: of the slice at this moment. */
  constructor(nowMicros: () => number, counts: () => AttemptCounts) {
    this.nowMicros = nowMicros;
    this.counts = counts;
  }

  /** A connection was accepted: what it does is told to its Turn. */
  opened(): Turn {
    const turn = new Turn(this, this.nowMicros(), this.counts());
    this.turns.add(turn);
    return turn;
  }

  /** Turned away: an attempt that has failed at once, counted elsewhere. */
  refused(): void {
    const nowMicros = this.nowMicros();
    this.follow(nowMicros);
    this.open += 1;
    this.settle(nowMicros, true);
  }

  begin(nowMicros: number): AttemptCounts {
    const counts = this.counts();
    counts.started += 1;
    this.follow(nowMicros);
    this.open += 1;
    return counts;
  }

  end(how: AttemptEnd, counts: AttemptCounts, startMicros: number): void {
    const nowMicros = this.nowMicros();
    const tookMicros = nowMicros - startMicros;
    counts[how] += 1;
    if (how === 'answered') recordDelay(counts.answers, tookMicros);
    if (how === 'givenUp') {
      recordDelay(counts.holds, tookMicros);
      counts.longestHoldMicros = Math.max(counts.longestHoldMicros, tookMicros);
    }
    if (how === 'cut') counts.longestCutMicros = Math.max(counts.longestCutMicros, tookMicros);
    this.settle(nowMicros, how !== 'answered');
  }

  closed(turn: Turn): void {
    if (!this.turns.delete(turn)) return;
    recordDelay(this.counts().lives, this.nowMicros() - turn.openedAtMicros);
    if (turn.attempts === 0) turn.openedIn.withoutData += 1;
  }

  now(): number {
    return this.nowMicros();
  }

  /** When attempts began that have not ended. */
  pending(): number[] {
    return [...this.turns].flatMap(({ startMicros }) => (startMicros === null ? [] : [startMicros]));
  }

  private follow(nowMicros: number): void {
    if (this.failedAtMicros !== null && this.open === 0) {
      this.pauses.push(nowMicros, nowMicros - this.failedAtMicros);
    }
    this.failedAtMicros = null;
    const last = this.bursts.at(-1);
    if (last !== undefined && nowMicros - last.lastMicros < quietMicros) {
      last.lastMicros = nowMicros;
      last.attempts += 1;
      last.quietAtMicros = null;
      return;
    }
    while ((this.bursts[0]?.lastMicros ?? nowMicros) < nowMicros - keptMicros) this.bursts.shift();
    this.bursts.push({ firstMicros: nowMicros, lastMicros: nowMicros, attempts: 1, quietAtMicros: null });
  }

  private settle(nowMicros: number, failed: boolean): void {
    this.open -= 1;
    this.failedAtMicros = failed ? nowMicros : null;
    const last = this.bursts.at(-1);
    if (this.open === 0 && last !== undefined) last.quietAtMicros = nowMicros;
  }
}
