// How many WebSockets a run had: what happens to connections is told against this.

import type { Measure } from './expression.ts';
import type { Evidence } from './metrics/metric.ts';
import { isWebSocketConnect, stepsOf } from './series-kinds.ts';

/** In the whole run, the warm-up included, because connections outlive the second in which they were opened. */
export function connectionsOpened({ subject }: Measure, { data }: Evidence): number {
  return stepsOf(data, subject)
    .filter((series) => isWebSocketConnect(data, series))
    .reduce((sum, { name, ok, tallies }) => {
      let opened = 0;
      for (const { series, counts } of data.slices)
        if (series === name) opened += counts.ok + (counts.tallies.reconnects ?? 0);
      // The slices may be a part of the run, and the record leaves out the warm-up.
      return sum + Math.max(opened, ok + (tallies['reconnects'] ?? 0));
    }, 0);
}
