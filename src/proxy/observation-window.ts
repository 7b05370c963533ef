// What `GET /proxies/{proxy}/observation` answers: the figures of one window of time, as data that faults/ can judge.

import { z } from 'zod';
import { attemptWindow, attemptWindowSchema } from './attempt-window.ts';
import { type DelayHistogram, summarizeDelays } from './delay-histogram.ts';
import type { Observation, ObservationSlice, Outage } from './observation.ts';
import type { Stretch } from './past-stretches.ts';
import type { LiveToxic } from './toxic-chain.ts';

const count = z.number().int().nonnegative();
const delays = z.object({ p50: z.number(), p99: z.number(), count }).nullable();

const streamWindow = z.object({
  /** Pieces read from the source. */
  chunks: count,
  bytesIn: count,
  /** Less than bytesIn where a toxic dropped or still held some. */
  bytesOut: count,
  /** From read to write, of pieces that met a toxic and whose delay no update or removal changed. Within 0.4 %. */
  addedDelayMicros: delays,
  /** Added up over connections: how long toxics held data back. */
  heldMicros: z.number().nonnegative(),
  /** Ends of the stream, as read from the source. */
  ends: count,
  /** From reading an end to passing it on, where a toxic was in the way. */
  endDelayMicros: delays,
});

const counts = {
  /** Accepted in the window. */
  connections: count,
  /** Attempts turned away while disabled; null when some could not be seen (port closed: `whenDown: refuse`). */
  refused: count.nullable(),
  /** Connections broken off by a toxic. */
  resets: count,
  /** Connections closed by a toxic. */
  closes: count,
  upstream: streamWindow,
  downstream: streamWindow,
};

/** All times are on the monotonic clock of this machine (kernel/clock), in microseconds. */
export const observationWindowSchema = z.object({
  nowMicros: z.number(),
  /** The window asked for, cut to what is known (the last five minutes) and to now. */
  sinceMicros: z.number(),
  untilMicros: z.number(),
  /** False when the window begins before what is known. */
  complete: z.boolean(),
  ...counts,
  /**
   * The window as asked for, however long ago it began; null: not known. It always is from a change of toxics on, an
   * outage, or a mark (POST).
   */
  whole: z.object({ sinceMicros: z.number(), untilMicros: z.number(), ...counts }).nullable(),
  /** Open now. */
  openConnections: count,
  attempts: attemptWindowSchema,
  /** Both directions together. */
  addedDelayMicros: delays,
  /** What there was over time: at most 250 ms each, cut at every change of toxics; empty ones are left out. */
  slices: z.array(
    z.object({
      startMicros: z.number(),
      endMicros: z.number(),
      connections: count,
      refused: count,
      resets: count,
      chunksUp: count,
      bytesUp: count,
      bytesDown: count,
      /** Begun in it, without those refused; and those of them that were answered by now. */
      attempts: count,
      answered: count,
    }),
  ),
  /** Toxics that lived in the window as asked for; `affected` of `connections` drawn at their present toxicity. */
  toxics: z.array(
    z.object({
      name: z.string(),
      type: z.string(),
      stream: z.enum(['upstream', 'downstream']),
      toxicity: z.number(),
      addedAtMicros: z.number(),
      removedAtMicros: z.number().nullable(),
      connections: count,
      affected: count,
    }),
  ),
  /** When the proxy was disabled. */
  outages: z.array(z.object({ downAtMicros: z.number(), upAtMicros: z.number().nullable() })),
});

export type ObservationWindow = z.infer<typeof observationWindowSchema>;

interface WindowRequest {
  readonly nowMicros: number;
  /** Undefined = as far back as is known. */
  readonly sinceMicros: number | undefined;
  /** Undefined = now. */
  readonly untilMicros: number | undefined;
  readonly openConnections: number;
}

/** A slice counts when more than half of it lies in the window; exact where the window ends at a change of toxics. */
export function observeWindow(
  observation: Observation,
  lives: readonly LiveToxic[],
  request: WindowRequest,
): ObservationWindow {
  const knownSinceMicros = observation.knownSinceMicros();
  const sinceMicros = Math.max(request.sinceMicros ?? knownSinceMicros, knownSinceMicros);
  const untilMicros = Math.min(request.untilMicros ?? request.nowMicros, request.nowMicros);
  const slices = observation
    .slices()
    .filter((slice) => mostlyWithin(slice, sinceMicros, untilMicros, request));
  const asked = { sinceMicros: request.sinceMicros ?? knownSinceMicros, untilMicros };
  const outages = outagesIn(observation, asked);
  return {
    nowMicros: request.nowMicros,
    sinceMicros,
    untilMicros,
    complete: (request.sinceMicros ?? knownSinceMicros) >= knownSinceMicros,
    ...countsOf(slices, outagesIn(observation, { sinceMicros, untilMicros })),
    whole: wholeOf(observation, asked, request),
    openConnections: request.openConnections,
    attempts: attemptWindow(observation.attempts, slices, {
      ...{ nowMicros: request.nowMicros, sinceMicros, untilMicros },
    }),
    addedDelayMicros: summarizeDelays(
      slices.flatMap((slice) => [slice.upstream.delays, slice.downstream.delays]),
    ),
    slices: slices.map(shortSlice),
    toxics: lives
      .filter(({ addedAtMicros, removedAtMicros }) => overlaps(asked, addedAtMicros, removedAtMicros))
      .map(lifeOf),
    outages: outages.map(({ downAtMicros, upAtMicros }) => ({ downAtMicros, upAtMicros })),
  };
}

interface Asked {
  readonly sinceMicros: number;
  readonly untilMicros: number;
}

const overlaps = (
  { sinceMicros, untilMicros }: Asked,
  fromMicros: number,
  toMicros: number | null,
): boolean => fromMicros <= untilMicros && (toMicros ?? untilMicros) >= sinceMicros;

const outagesIn = ({ outages }: Observation, asked: Asked): Outage[] =>
  outages.filter(({ downAtMicros, upAtMicros }) => overlaps(asked, downAtMicros, upAtMicros));

function wholeOf(observation: Observation, asked: Asked, request: WindowRequest): ObservationWindow['whole'] {
  const { sinceMicros, untilMicros } = asked;
  const past = observation.past.between(sinceMicros, untilMicros);
  if (past === null) return null;
  const slices = observation
    .slices()
    .filter((slice) => mostlyWithin(slice, sinceMicros, untilMicros, request));
  return { ...asked, ...countsOf([...past, ...slices], outagesIn(observation, asked)) };
}

const countsOf = (stretches: readonly Stretch[], outages: readonly Outage[]) => ({
  connections: sum(stretches, (stretch) => stretch.connections),
  refused: outages.every((outage) => outage.attemptsCounted)
    ? sum(stretches, (stretch) => stretch.refused)
    : null,
  resets: sum(stretches, (stretch) => stretch.resets),
  closes: sum(stretches, (stretch) => stretch.closes),
  upstream: streamOf(stretches, 'upstream'),
  downstream: streamOf(stretches, 'downstream'),
});

function mostlyWithin(
  slice: ObservationSlice,
  sinceMicros: number,
  untilMicros: number,
  request: WindowRequest,
): boolean {
  const endMicros =
    request.untilMicros === undefined ? Math.min(slice.endMicros, request.nowMicros) : slice.endMicros;
  const insideMicros = Math.min(endMicros, untilMicros) - Math.max(slice.startMicros, sinceMicros);
  return insideMicros >= 0 && insideMicros >= (endMicros - slice.startMicros) / 2;
}

function streamOf(
  slices: readonly Stretch[],
  stream: 'upstream' | 'downstream',
): ObservationWindow['upstream'] {
  const histograms: DelayHistogram[] = slices.map((slice) => slice[stream].delays);
  return {
    chunks: sum(slices, (slice) => slice[stream].chunks),
    bytesIn: sum(slices, (slice) => slice[stream].bytesIn),
    bytesOut: sum(slices, (slice) => slice[stream].bytesOut),
    addedDelayMicros: summarizeDelays(histograms),
    heldMicros: sum(slices, (slice) => slice[stream].heldMicros),
    ends: sum(slices, (slice) => slice[stream].ends),
    endDelayMicros: summarizeDelays(slices.map((slice) => slice[stream].endDelays)),
  };
}

const shortSlice = (slice: ObservationSlice): ObservationWindow['slices'][number] => ({
  startMicros: slice.startMicros,
  endMicros: slice.endMicros,
  connections: slice.connections,
  refused: slice.refused,
  resets: slice.resets,
  chunksUp: slice.upstream.chunks,
  bytesUp: slice.upstream.bytesIn,
  bytesDown: slice.downstream.bytesOut,
  attempts: slice.attempts.started,
  answered: slice.attempts.answered,
});

const lifeOf = (toxic: LiveToxic): ObservationWindow['toxics'][number] => ({
  name: toxic.name,
  type: toxic.kind.type,
  stream: toxic.stream,
  toxicity: toxic.settings.toxicity,
  addedAtMicros: toxic.addedAtMicros,
  removedAtMicros: toxic.removedAtMicros,
  connections: toxic.drawn,
  affected: toxic.affected,
});

function sum<Item>(items: readonly Item[], value: (item: Item) => number): number {
  return items.reduce((total, item) => total + value(item), 0);
}
