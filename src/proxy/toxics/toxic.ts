// The contract of a toxic: one file per kind, one line in registry.ts. See docs/embedded-proxy.md.

import type { Random } from '../../kernel/random.ts';
import type { Cancel } from '../schedule.ts';

/** A piece of a stream, at most 32 KiB. A stage that cuts or delays one passes on a copy with what has changed. */
export interface Chunk {
  readonly data: Buffer;
  /** When the proxy read it, on the monotonic clock. */
  readonly readAtMicros: number;
  /** When it should have arrived at this stage: a delay counts from here, so that timer errors do not add up. */
  readonly atMicros: number;
  /** False once an update or a removal has changed its delay: it then says nothing about what was asked for. */
  readonly asAsked: boolean;
}

/** Whole numbers, as Toxiproxy's attributes are; refused with 400 outside of [min, max]. */
export interface AttributeRange {
  readonly default: number;
  readonly min: number;
  readonly max: number;
}

/** What a stage may do. Every call is about one direction of one connection. */
export interface StageContext<Attribute extends string> {
  /** The values now; an update replaces them. */
  attributes(): Readonly<Record<Attribute, number>>;
  /** Seeded for this connection and toxic. */
  readonly random: Random;
  nowMicros(): number;
  /** Calls back at an absolute time; cancelled by itself when the toxic or the connection goes. */
  at(atMicros: number, callback: () => void): Cancel;
  /** Hands on to the next stage. Chunks must keep their order. */
  pass(chunk: Chunk): void;
  /** Hands on the end of the stream. */
  end(): void;
  /** Ends the stream here, whatever the source goes on to send; once what was passed on is out, both sides are closed. */
  close(): void;
  /** Breaks both sides of the connection off (RST). */
  reset(): void;
}

/** A toxic at work on one direction of one connection. Only `receive` is mandatory. */
export interface Stage {
  receive(chunk: Chunk): void;
  /** The stream has ended: call `context.end()` once nothing is held. Default: at once. */
  end?(): void;
  /** Bytes held now: the source is paused while they are more than `holdBytes`. Default: 0. */
  heldBytes?(): number;
  /** The attributes have changed. */
  update?(): void;
  /** The toxic is gone. Hand on everything held, in order, without waiting; the end of the stream is seen to. */
  remove?(): void;
}

export interface ToxicKind<Attribute extends string = string> {
  readonly type: string;
  readonly attributes: Readonly<Record<Attribute, AttributeRange>>;
  /** How much one connection may hold in this stage before its source is paused. */
  readonly holdBytes: number;
  /** Says what is wrong with values that are each in range but do not go together; refused with 400. */
  refuse?(attributes: Readonly<Record<Attribute, number>>): string | undefined;
  mount(context: StageContext<Attribute>): Stage;
}

/** Keeps the names of the attributes inside the file, so that kinds can stand in one registry. */
export function defineToxic<Attribute extends string>(kind: ToxicKind<Attribute>): ToxicKind {
  return kind;
}

/** A duration in whole milliseconds; far ones are waited for, however long. */
export const durationMs: AttributeRange = { default: 0, min: 0, max: Number.MAX_SAFE_INTEGER };

/** A number of bytes, of KB/s or of microseconds. */
export const amount: AttributeRange = { default: 0, min: 0, max: Number.MAX_SAFE_INTEGER };
