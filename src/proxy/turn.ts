// Whose turn it is on one connection: an attempt begins when the client speaks, and ends when it is answered or one side goes.

import type { AttemptCounts, AttemptEnd } from './attempt-counts.ts';

/** What a connection's turns are told to. */
export interface TurnLog {
  now(): number;
  /** The counts that the attempt belongs to. */
  begin(nowMicros: number): AttemptCounts;
  end(how: AttemptEnd, counts: AttemptCounts, startMicros: number): void;
  closed(turn: Turn): void;
}

export class Turn {
  readonly openedAtMicros: number;
  /** The slice in which the connection was opened. */
  readonly openedIn: AttemptCounts;
  /** Of the attempt under way; null: none is. */
  startMicros: number | null = null;
  attempts = 0;
  private readonly log: TurnLog;
  private counts: AttemptCounts;

  constructor(log: TurnLog, openedAtMicros: number, openedIn: AttemptCounts) {
    this.log = log;
    this.openedAtMicros = openedAtMicros;
    this.openedIn = openedIn;
    this.counts = openedIn;
  }

  /** The client sent data: an attempt, or more of the one under way. */
  sent(): void {
    if (this.startMicros !== null) return;
    this.startMicros = this.log.now();
    this.attempts += 1;
    this.counts = this.log.begin(this.startMicros);
  }

  /** Data was passed on to the client. */
  answered(): void {
    this.end('answered');
  }

  /** The client ended what it sends, or broke off: whoever does so before the answer has given up. */
  clientLeft(): void {
    this.end('givenUp');
  }

  /** The server's end was passed on to the client. */
  serverLeft(): void {
    this.end('serverEnded');
  }

  /** A toxic or an outage has broken off or closed the connection. */
  cut(): void {
    this.end('cut');
  }

  /** Both sides are closed. */
  closed(): void {
    this.end('serverEnded');
    this.log.closed(this);
  }

  private end(how: AttemptEnd): void {
    if (this.startMicros === null) return;
    const startMicros = this.startMicros;
    this.startMicros = null;
    this.log.end(how, this.counts, startMicros);
  }
}
