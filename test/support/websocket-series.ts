// Two WebSocket series made by hand: a connection that was lost now and then, and a broadcast that did not reach everybody.

import type { Slice } from '../../src/measure/slice.ts';
import { repeated, sliceOf } from './slices.ts';

type Stretch = Pick<Slice, 'startMicros' | 'endMicros'>;

const audience = 50;
const timeoutMicros = 2_000_000;

/** Every fifth message misses two subscribers; latencies grow evenly from subscriber to subscriber. */
function broadcastSlice({ startMicros, endMicros }: Stretch, second: number): Slice {
  const messages = Array.from({ length: 4 }, (_, index) => {
    const missing = (second * 4 + index) % 5 === 0 ? 2 : 0;
    const arrived = Array.from({ length: audience - missing }, (_, nth) => 900 + 150 * nth + 40 * index);
    return [...arrived, ...repeated(missing, timeoutMicros)];
  });
  const all = messages.flat();
  const missing = all.filter((value) => value === timeoutMicros).length;
  return sliceOf('say <b>', startMicros, endMicros, {
    okMicros: repeated(4, 1_800),
    observedMicros: {
      delivery: all,
      fanoutFirst: messages.map(([first = 0]) => first),
      fanoutMedian: messages.map((latencies) => latencies[audience / 2 - 1] ?? 0),
      fanoutLast: messages.map((latencies) => latencies[audience - 1] ?? 0),
    },
    tallies: {
      published: 4,
      expected: all.length,
      delivered: all.length - missing,
      ...(missing > 0 ? { missing, incomplete: missing / 2, late: 1 } : {}),
      ...(second === 3 ? { duplicate: 7, outOfOrder: 2, excused: 5 } : {}),
    },
  });
}

const connectionSlice = ({ startMicros, endMicros }: Stretch, second: number): Slice =>
  sliceOf('stream', startMicros, endMicros, {
    okMicros: [4_100],
    connectMicros: [1_300],
    observedMicros: {
      ping: repeated(10, 700 + 10 * second),
      reconnect: second % 4 === 0 ? [150_000 + 1_000 * second] : [],
    },
    tallies: { pings: 10, ...(second % 4 === 0 ? { closed: 1, reconnects: 1 } : {}), unmatched: 3 },
  });

/** One slice of each series per stretch: those of all series of a run are cut at the same moments. */
export const webSocketSlices = (stretches: readonly Stretch[]): Slice[] =>
  stretches.flatMap((stretch, index) => [connectionSlice(stretch, index), broadcastSlice(stretch, index)]);
