// What a link saw longer ago than slices are kept: added up from one change of toxics to the next, so that what was seen of
// a fault is known as a whole, however long it lasts.

import { addDelays, type DelayHistogram } from './delay-histogram.ts';

export interface StreamCounts {
  /** Pieces read from the source: as many as the network made of them. */
  chunks: number;
  bytesIn: number;
  /** Less than bytesIn where a toxic dropped or still held some. */
  bytesOut: number;
  delays: DelayHistogram;
  /** Added up over connections: how long toxics held data back, told whenever some of it leaves. */
  heldMicros: number;
  /** Ends of the stream read, and how much later they were passed on where a toxic was in the way. */
  ends: number;
  endDelays: DelayHistogram;
}

/** Counts of a time in which toxics did not change. */
export interface Stretch {
  readonly startMicros: number;
  endMicros: number;
  /** How often toxics had changed before it: alike within one stretch. */
  readonly changes: number;
  /** Accepted while the proxy was enabled. */
  connections: number;
  /** Turned away because the proxy was disabled. */
  refused: number;
  /** Connections broken off by a toxic. */
  resets: number;
  /** Connections closed by a toxic. */
  closes: number;
  upstream: StreamCounts;
  downstream: StreamCounts;
}

/** It bounds what is kept where toxics change all the time. */
const mostStretches = 1_000;
/** Whoever asks by the moment of a change may have rounded it to a microsecond. */
const roundedMicros = 1;

export class PastStretches {
  private readonly stretches: Stretch[] = [];
  private knownSinceMicros: number;

  constructor(sinceMicros: number) {
    this.knownSinceMicros = sinceMicros;
  }

  /** In order of time. The slice is not to be used any more. */
  add(slice: Stretch): void {
    const last = this.stretches.at(-1);
    if (last?.changes === slice.changes) {
      addUp(last, slice);
      return;
    }
    this.stretches.push(slice);
    const dropped = this.stretches.length > mostStretches ? this.stretches.shift() : undefined;
    if (dropped !== undefined) this.knownSinceMicros = dropped.endMicros;
  }

  /** Those within; null when one lies half within, or what was there is no longer known. */
  between(sinceMicros: number, untilMicros: number): readonly Stretch[] | null {
    const [fromMicros, toMicros] = [sinceMicros + roundedMicros, untilMicros - roundedMicros];
    if (fromMicros < this.knownSinceMicros) return null;
    const met = this.stretches.filter(
      ({ startMicros, endMicros }) => endMicros > fromMicros && startMicros < toMicros,
    );
    const isWithin = ({ startMicros, endMicros }: Stretch): boolean =>
      startMicros >= sinceMicros - roundedMicros && endMicros <= untilMicros + roundedMicros;
    return met.every(isWithin) ? met : null;
  }
}

const ofLinks = ['connections', 'refused', 'resets', 'closes'] as const;
const ofStreams = ['chunks', 'bytesIn', 'bytesOut', 'heldMicros', 'ends'] as const;

function addUp(total: Stretch, more: Stretch): void {
  total.endMicros = more.endMicros;
  for (const count of ofLinks) total[count] += more[count];
  for (const stream of ['upstream', 'downstream'] as const) {
    const [sums, parts] = [total[stream], more[stream]];
    for (const count of ofStreams) sums[count] += parts[count];
    addDelays(sums.delays, parts.delays);
    addDelays(sums.endDelays, parts.endDelays);
  }
}
