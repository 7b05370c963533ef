// Which load entries read which data feed: those share its rows out among them, and nobody else uses any up.

import type { Flow, LoadEntry, Scenario, Step } from './scenario.ts';
import { listsOf } from './walk-steps.ts';

/** Per feed, the places in the load of the entries that read it, in order. */
export type FeedReaders = Readonly<Record<string, readonly number[]>>;

const calls = (steps: readonly Step[]): boolean =>
  steps.some((step) => step.kind === 'call' || listsOf(step).some(([, inner]) => calls(inner)));

/** A name that occurs anywhere may be read; a function of the user's own may read anything. */
function mayRead(flow: Flow, settings: string, feed: string): boolean {
  const { before, steps } = flow;
  const all = [...before, ...steps];
  return calls(all) || new RegExp(`\\b${feed}\\b`).test(`${settings}${JSON.stringify(all)}`);
}

export function feedReaders({
  data,
  flows,
  load,
  http,
  tls,
}: Pick<Scenario, 'data' | 'flows' | 'load' | 'http' | 'tls'>): FeedReaders {
  const settings = JSON.stringify([http, tls]);
  const reads = (entry: LoadEntry, feed: string): boolean =>
    entry.flows.some((name) => {
      const flow = flows[name];
      return flow !== undefined && mayRead(flow, settings, feed);
    });
  return Object.fromEntries(
    Object.keys(data).map((feed) => [
      feed,
      load.flatMap((entry, index) => (reads(entry, feed) ? [index] : [])),
    ]),
  );
}
