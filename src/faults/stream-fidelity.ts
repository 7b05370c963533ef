// Fidelity of faults that shape a stream: how fast it runs, in which pieces, how much of it comes, when it ends.
//
// Traffic may give such a fault nothing to do: then it is `not binding`, which is said and is no error. What passes is
// only what was seen to happen; a fault that was read back from the proxy but of which nothing was seen does not.

import type { FidelityCheck } from '../record/schema.ts';
import { formatByteRate, formatDuration, formatSize } from '../kernel/units.ts';
import { addedLatency, check, notBinding, unmeasured } from './fidelity.ts';
import type { Seen, SeenStream } from './seen.ts';

/** What was seen of this fault alone: one stream of connections that it all acted on. */
interface Clear {
  readonly stream: SeenStream;
  readonly connections: number;
  readonly lastedMicros: number;
  readonly closes: number;
}

/** Why what was seen says nothing about this one fault, or what it says. */
export function clearView(seen: Seen | null, direction: 'upstream' | 'downstream'): string | Clear {
  if (seen === null || seen.draws === null) return 'this proxy cannot tell';
  if (seen.mixed) return 'several faults on one link cannot be told apart';
  const { connections, affected } = seen.draws;
  if (affected < connections) return 'spared connections carried data too';
  if (connections === 0) return 'no connection was there';
  const { lastedMicros, closes } = seen;
  return { stream: seen[direction], connections, lastedMicros, closes };
}

/** Data that waits for less than this share of the time meets no limit worth the name. */
const waitingShare = 0.01;
/** Where most pieces wait this long, errors of timers (about 1 ms per wait) no longer blur a rate. */
const longWaitMicros = 10_000;

const perSecond = (bytes: number, micros: number): number =>
  micros === 0 ? Infinity : (bytes * 1_000_000) / micros;

/**
 * At most 110 % of the rate while demand exceeds it. Demand exceeds it exactly while the throttle holds data back, so the
 * bytes are set against that time, added up over connections. Faster than that even over all the time that connections
 * could have had is `outside` in any case; so is passing too fast in waits that are long enough to tell.
 */
export function throttled(rateKBPerSecond: number, asked: string, view: string | Clear): FidelityCheck {
  const name = 'rate per connection';
  if (typeof view === 'string') return unmeasured(name, asked, view);
  const { bytesIn, bytesOut, heldMicros, addedDelayMicros } = view.stream;
  if (bytesOut === 0) return unmeasured(name, asked, bytesIn === 0 ? 'no data came' : 'nothing came through');
  const most = 1.1 * 1_000 * rateKBPerSecond;
  const overall = perSecond(bytesOut, view.lastedMicros * view.connections);
  const held = perSecond(bytesOut, heldMicros);
  // Timers wait longer than they are asked to: no data waits for a rate longer than the rate takes to carry it.
  const neededMicros = (bytesIn * 1_000) / rateKBPerSecond;
  const waited = Math.min(heldMicros, neededMicros) >= waitingShare * view.lastedMicros;
  if (overall > most) return check(name, asked, formatByteRate(overall), false);
  if (!waited) return notBinding(name, asked, `${formatByteRate(overall)} on average, data hardly waited`);
  const happened = `${formatByteRate(held)} while data waited, ${formatDuration(heldMicros)} in all`;
  if (held <= most) return check(name, asked, happened, true);
  // A line that is never idle carries its rate, however short the waits.
  if (overall >= 0.9 * 1_000 * rateKBPerSecond) return check(name, asked, formatByteRate(overall), true);
  if ((addedDelayMicros?.p50 ?? 0) >= longWaitMicros) return check(name, asked, happened, false);
  return unmeasured(name, asked, 'data waited too briefly each time to tell');
}

/** Pieces no larger than the size and its variation, and smaller than they came. */
export function sliced(mostBytes: number, asked: string, view: string | Clear): FidelityCheck {
  const name = 'size of pieces, mean';
  if (typeof view === 'string') return unmeasured(name, asked, view);
  const { bytesIn, bytesOut, chunks, addedDelayMicros } = view.stream;
  const pieces = addedDelayMicros?.count ?? 0;
  if (pieces === 0 || chunks === 0) return unmeasured(name, asked, 'no data passed');
  const mean = bytesOut / pieces;
  const happened = `${formatSize(mean)} (n = ${pieces})`;
  if (mean > mostBytes) return check(name, asked, happened, false);
  // While some is still held, pieces lag behind what came; then sizes tell.
  const cut = bytesIn === bytesOut ? pieces > chunks : mean < bytesIn / chunks;
  return cut ? check(name, asked, happened, true) : notBinding(name, asked, `${happened}, as it came`);
}

/**
 * The pauses between pieces, by the time that data was held: n pieces that came in c chunks had between n − c and n
 * pauses. Each may be max(10 %, 2 ms) too long; together they may be 10 % and 2 ms per chunk too short.
 */
export function paused(pauseMicros: number, asked: string, view: string | Clear): FidelityCheck {
  const name = 'pause between pieces, mean';
  if (typeof view === 'string') return unmeasured(name, asked, view);
  const { chunks, heldMicros, addedDelayMicros } = view.stream;
  const pieces = addedDelayMicros?.count ?? 0;
  const leastMicros = 0.9 * pauseMicros * (pieces - chunks) - 2_000 * chunks;
  const mostMicros = (pauseMicros + Math.max(0.1 * pauseMicros, 2_000)) * pieces;
  if (leastMicros <= 0) return unmeasured(name, asked, 'too few or too short to tell');
  const between = [heldMicros / pieces, heldMicros / (pieces - chunks)].map(formatDuration);
  const happened = `${[...new Set(between)].join(' to ')} (n = ${pieces})`;
  return check(name, asked, happened, heldMicros >= leastMicros && heldMicros <= mostMicros);
}

/** No connection more than its bytes; those that have had them are closed. */
export function limited(limitBytes: number, asked: string, view: string | Clear): FidelityCheck {
  const name = 'data let through per connection';
  if (typeof view === 'string') return unmeasured(name, asked, view);
  const { connections, closes, stream } = view;
  if (stream.bytesIn === 0) return unmeasured(name, asked, 'no data came');
  const happened = `${formatSize(stream.bytesOut)} over ${connections}, ${closes} closed`;
  if (stream.bytesOut > limitBytes * connections) return check(name, asked, happened, false);
  return closes === 0 ? notBinding(name, asked, happened) : check(name, asked, happened, true);
}

/** Ends of the stream passed on later by the delay, within the limits of added latency. */
export function endedLate(
  delayMs: number,
  asked: string,
  seen: Seen | null,
  direction: 'upstream' | 'downstream',
): FidelityCheck {
  const name = 'added delay of the close, median';
  if (seen === null) return unmeasured(name, asked, 'this proxy cannot tell');
  if (seen.mixed) return unmeasured(name, asked, 'several faults on one link cannot be told apart');
  const { ends, endDelayMicros } = seen[direction];
  if (endDelayMicros !== null) {
    return addedLatency({ latencyMicros: delayMs * 1_000, jitterMicros: 0 }, endDelayMicros, false, name);
  }
  return ends === 0
    ? notBinding(name, asked, 'no connection was closed meanwhile')
    : unmeasured(name, asked, 'no close came through before the fault ended');
}
