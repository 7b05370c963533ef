// What a link's proxy saw in one window of time, as faults judge it.

import type { LinkObservation } from '../record/schema.ts';
import type { AttemptsSeen } from './attempts/seen.ts';

/** What is kept in the record, but for the attempts: these have yet to be set against the load. */
export type LinkSeen = Omit<LinkObservation, 'attempts'>;

export interface Seen {
  readonly observation: LinkSeen;
  readonly turns?: AttemptsSeen;
  /** The length of the window. */
  readonly lastedMicros: number;
  /** Connections closed by a toxic. */
  readonly closes: number;
  /** Per direction, over the window. */
  readonly upstream: SeenStream;
  readonly downstream: SeenStream;
  /** Connections for which it was drawn whether the fault acts on them, and on how many it did; null for `down`. */
  readonly draws: { readonly connections: number; readonly affected: number } | null;
  /** More than this fault was on the link within the window: what was seen cannot be told apart. */
  readonly mixed: boolean;
  /** Connections, refused ones and requests' pieces: each an attempt to use the link. null: some could not be seen. */
  readonly attempts: number | null;
}

export interface SeenStream {
  /** Pieces read from the source. */
  readonly chunks: number;
  readonly bytesIn: number;
  readonly bytesOut: number;
  readonly addedDelayMicros: LinkObservation['addedDelayMicros'];
  /** Added up over connections: how long toxics held data back. */
  readonly heldMicros: number;
  /** Ends of the stream read, and how much later those were passed on that met a toxic. */
  readonly ends: number;
  readonly endDelayMicros: LinkObservation['addedDelayMicros'];
}
