// One direction of one connection: source → toxic stages in order of insertion → sink, with backpressure.

import type { Scheduler } from './schedule.ts';
import { StageChain } from './stage-chain.ts';
import type { LiveToxic } from './toxic-chain.ts';
import type { Chunk } from './toxics/toxic.ts';

export const maxChunkBytes = 32 * 1024;

/** The world around a link; connection.ts puts sockets there, tests put arrays. */
export interface LinkEnds {
  readonly scheduler: Scheduler;
  /** Seeds the draws of this link; asked at each first draw. */
  readonly seed: () => number;
  /** False when the sink is full: `drained` will be called. */
  write(data: Buffer): boolean;
  /**
   * The stream is over; everything before it has been written. delayMicros: since the source ended; null when no toxic
   * was in the way.
   */
  end(delayMicros: number | null): void;
  pauseSource(): void;
  resumeSource(): void;
  /** Closes, or breaks off, both sides of the connection. */
  close(): void;
  reset(): void;
  /**
   * addedDelayMicros: null when no toxic was in the way, or when an update or removal changed the delay half-way.
   * heldMicros: how much longer toxics have held data back than was told before.
   */
  delivered(bytes: number, addedDelayMicros: number | null, heldMicros: number): void;
}

export class Link {
  private readonly ends: LinkEnds;
  private readonly chain: StageChain;
  private sinkFull = false;
  private paused = false;
  private disposed = false;
  private sourceEnded = false;
  private endedAtMicros: number | null = null;
  /** What has come but not left, and from when on the time that it is held has not been told. */
  private heldBytes = 0;
  private heldSinceMicros = 0;

  constructor(ends: LinkEnds) {
    this.ends = ends;
    this.chain = new StageChain(
      {
        scheduler: ends.scheduler,
        deliver: (chunk) => this.deliver(chunk),
        finish: () => this.finish(),
        settle: () => this.regulate(),
        close: () => this.ends.close(),
        reset: () => this.ends.reset(),
      },
      ends.seed,
    );
  }

  /** Data from the source. Without toxics it is written on the spot. */
  receive(data: Buffer): void {
    if (this.disposed) return;
    if (this.chain.empty) {
      this.write(data, null, 0);
    } else {
      const nowMicros = this.ends.scheduler.nowMicros();
      if (this.heldBytes === 0) this.heldSinceMicros = nowMicros;
      this.heldBytes += data.length;
      for (let start = 0; start < data.length; start += maxChunkBytes) {
        const part = data.subarray(start, start + maxChunkBytes);
        this.chain.receive({ data: part, readAtMicros: nowMicros, atMicros: nowMicros, asAsked: true });
      }
    }
    this.regulate();
  }

  /** The source has ended. */
  end(): void {
    if (this.disposed || this.sourceEnded) return;
    this.sourceEnded = true;
    if (!this.chain.empty) this.endedAtMicros = this.ends.scheduler.nowMicros();
    this.chain.end();
  }

  /** The sink takes data again. */
  drained(): void {
    this.sinkFull = false;
    this.regulate();
  }

  /** Brings the stages in step with the toxics of this direction. */
  sync(toxics: readonly LiveToxic[]): void {
    if (this.disposed) return;
    this.chain.sync(toxics);
    this.regulate();
  }

  /** Drops everything held; from now on what the source sends is read and forgotten. */
  dispose(): void {
    this.disposed = true;
    this.chain.dispose();
    if (this.paused) this.ends.resumeSource();
  }

  private deliver(chunk: Chunk): void {
    const nowMicros = this.ends.scheduler.nowMicros();
    const heldMicros = nowMicros - this.heldSinceMicros;
    this.heldSinceMicros = nowMicros;
    this.heldBytes -= chunk.data.length;
    this.write(chunk.data, chunk.asAsked ? nowMicros - chunk.readAtMicros : null, heldMicros);
  }

  private write(data: Buffer, addedDelayMicros: number | null, heldMicros: number): void {
    if (this.disposed) return;
    if (!this.ends.write(data)) this.sinkFull = true;
    this.ends.delivered(data.length, addedDelayMicros, heldMicros);
  }

  private finish(): void {
    this.ends.end(this.endedAtMicros === null ? null : this.ends.scheduler.nowMicros() - this.endedAtMicros);
  }

  /** Pauses the source while the sink is full or a stage holds enough. */
  private regulate(): void {
    if (this.disposed) return;
    const full = this.sinkFull || this.chain.full;
    if (full === this.paused) return;
    this.paused = full;
    if (full) this.ends.pauseSource();
    else this.ends.resumeSource();
  }
}
