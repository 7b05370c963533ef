// One published message on its way to its audience: who has it, how long the first, the median and the last copy took.

import type { Observer } from './engine.ts';

/** One socket's messages of one publishing step, numbered, so that overtaking can be seen. */
export interface Publisher {
  /** Of the message it published last. */
  sequence: number;
  /** How many of its messages can still be recognised. */
  remembered: number;
  /** The highest sequence number that each subscriber (by slot) has received; only while there are two to compare. */
  highest: Uint32Array | undefined;
}

export const createPublisher = (): Publisher => ({ sequence: 0, remembered: 0, highest: undefined });

export interface Publication {
  readonly key: string;
  /** Running number among all messages of its step: whoever joined later was not addressed by it. */
  readonly number: number;
  readonly publisher: Publisher;
  readonly sequence: number;
  readonly sentAtMicros: number;
  /** The slot of the subscriber that is not expected to get it; -1 = none. */
  readonly exceptSlot: number;
  /** A bit per subscriber, by slot. */
  readonly seen: Uint8Array;
  /** How many latencies the median can need. */
  readonly half: number;
  /** Of the first half of the copies, in order of arrival, which is the order of their size. */
  latencies: number[];
  lastMicros: number;
  delivered: number;
  /** Copies that will not come, because their connection was lost. */
  lost: number;
  /** Copies no longer expected: their subscriber left by plan before they came. */
  excused: number;
  /** Copies that may still come. */
  open: number;
  settled: boolean;
  forgotten: boolean;
}

interface PublicationInit extends Pick<
  Publication,
  'key' | 'number' | 'publisher' | 'sentAtMicros' | 'exceptSlot'
> {
  /** How many copies are expected. */
  readonly audience: number;
  /** One more than the highest slot in use. */
  readonly slots: number;
}

/** Every field by name and in one order, so that all messages are objects of one shape. */
export function createPublication(init: PublicationInit): Publication {
  return {
    key: init.key,
    number: init.number,
    publisher: init.publisher,
    sequence: init.publisher.sequence,
    sentAtMicros: init.sentAtMicros,
    exceptSlot: init.exceptSlot,
    seen: new Uint8Array((init.slots + 7) >> 3),
    half: (init.audience + 1) >> 1,
    latencies: [],
    lastMicros: 0,
    delivered: 0,
    lost: 0,
    excused: 0,
    open: init.audience,
    settled: false,
    forgotten: false,
  };
}

export const hasSeen = ({ seen }: Publication, slot: number): boolean =>
  ((seen[slot >> 3] ?? 0) & (1 << (slot & 7))) !== 0;

export function markSeen({ seen }: Publication, slot: number): void {
  seen[slot >> 3] = (seen[slot >> 3] ?? 0) | (1 << (slot & 7));
}

/** True when the subscriber already has a later message of the same publisher. */
export function overtaken({ publisher, sequence }: Publication, slot: number): boolean {
  const { highest } = publisher;
  if (highest === undefined) return false;
  const before = highest[slot] ?? 0;
  if (before > sequence) return true;
  if (slot < highest.length) highest[slot] = sequence;
  else {
    publisher.highest = new Uint32Array(Math.max(slot + 1, 2 * highest.length));
    publisher.highest.set(highest);
    publisher.highest[slot] = sequence;
  }
  return false;
}

/** A copy arrived in time, for the first time. Calls come in order of time. */
export function deliver(publication: Publication, latencyMicros: number): void {
  if (publication.delivered < publication.half) publication.latencies.push(latencyMicros);
  publication.lastMicros = latencyMicros;
  publication.delivered += 1;
  publication.open -= 1;
}

/**
 * Tells what became of a message, once: `expected = delivered + missing`, whatever was still open being missing now.
 * What is missing ranks behind all that came and counts as `timeoutMicros`, in the deliveries and in the fan-out.
 */
export function settle(
  publication: Publication,
  series: string,
  timeoutMicros: number,
  observer: Observer,
): void {
  const { sentAtMicros: at, latencies, delivered, excused, lastMicros } = publication;
  const missing = publication.lost + publication.open;
  const expected = delivered + missing;
  publication.settled = true;
  publication.open = 0;
  publication.latencies = [];
  observer.tally(series, 'published', at, 1);
  if (excused > 0) observer.tally(series, 'excused', at, excused);
  if (expected === 0) return;
  observer.tally(series, 'expected', at, expected);
  if (delivered > 0) observer.tally(series, 'delivered', at, delivered);
  if (missing > 0) {
    observer.tally(series, 'missing', at, missing);
    observer.tally(series, 'incomplete', at, 1);
    for (let copy = 0; copy < missing; copy += 1) observer.observe(series, 'delivery', at, timeoutMicros);
  }
  const middle = (expected + 1) >> 1;
  const ranked = (rank: number): number =>
    rank > delivered ? timeoutMicros : (latencies[rank - 1] ?? timeoutMicros);
  observer.observe(series, 'fanoutFirst', at, ranked(1));
  observer.observe(series, 'fanoutMedian', at, ranked(middle));
  observer.observe(series, 'fanoutLast', at, missing > 0 ? timeoutMicros : lastMicros);
}
