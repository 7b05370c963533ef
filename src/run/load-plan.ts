// What a load is, as plain data: once for the whole run, and divided, once, into the shares of its threads.

import type { Addresses } from '../engines/engine.ts';
import type { Pins } from '../faults/pins.ts';
import type { HttpSettings, TlsSettings } from '../engines/settings.ts';
import type { FeedReaders } from '../scenario/feed-readers.ts';
import { feedReaders } from '../scenario/feed-readers.ts';
import { broadcastFlows } from '../scenario/broadcast-joined.ts';
import type { DataFeed, Flow, LoadEntry } from '../scenario/scenario.ts';
import type { Partition } from '../workload/partition.ts';
import { shareOf } from '../workload/partition.ts';

/** The undivided load of one run. Structured-clone safe. */
export interface LoadPlan {
  readonly seed: number;
  readonly addresses: Addresses;
  readonly flows: Readonly<Record<string, Flow>>;
  readonly http: HttpSettings;
  readonly tls: TlsSettings;
  /** Absolute paths of the files that steps and settings name, by their paths as written. */
  readonly files: Readonly<Record<string, string>>;
  /** Hosts besides loopback that load may be sent to. */
  readonly allow: readonly string[];
  /** Hosts that were checked before the run, with the only addresses that they may be connected to at. */
  readonly pins: Pins;
  readonly load: readonly LoadEntry[];
  readonly data: Readonly<Record<string, DataFeed>>;
  /** What templates may read as `env.*`. */
  readonly env: Readonly<Record<string, string>>;
  /** Texts that must never be stored. */
  readonly secrets: readonly string[];
  readonly warmupMicros: number;
  readonly gracefulStopMicros: number;
  /** The longest of the load entries. */
  readonly durationMicros: number;
  /** The tightest latency any promise asks for (it sets the limit of the schedule lag); null = none. */
  readonly tightestPromiseMicros: number | null;
  /** Something judges the run while it goes on: threads tell what is in flight. */
  readonly watchesInFlight?: boolean;
}

/** One thread's part of one load entry. Rates and numbers of users stay whole: the partition picks from the schedule. */
export interface LoadShare {
  /** Its place in the scenario's list, the same in every thread. */
  readonly index: number;
  /** `maxInFlight` is already this thread's own. */
  readonly entry: LoadEntry;
  readonly partition: Partition;
}

export interface WorkerPlan extends Omit<LoadPlan, 'load'> {
  readonly thread: Partition;
  readonly entries: number;
  readonly load: readonly LoadShare[];
  /** Of the whole load, so that every thread shares rows out alike. */
  readonly readers: FeedReaders;
}

/**
 * The share of thread `index` of `count`. An entry with fewer places than there are threads goes to as many threads as it
 * has places, so that the limit stays exact and no thread is left with arrivals and no place. Entries whose flows take
 * part in a broadcast go to the first thread whole: it must see every copy (docs/decisions/0009).
 */
export function sharePlan(plan: LoadPlan, thread: Partition): WorkerPlan {
  const whole = broadcastFlows(plan.flows);
  const load = plan.load.flatMap((entry, index): LoadShare[] => {
    if (entry.flows.some((flow) => whole.has(flow))) {
      return thread.index === 0 ? [{ index, entry, partition: { index: 0, count: 1 } }] : [];
    }
    if (entry.model === 'users') return [{ index, entry, partition: thread }];
    if (entry.model === 'saturate') {
      const connections = shareOf(entry.connections, thread);
      return connections === 0 ? [] : [{ index, entry: { ...entry, connections }, partition: thread }];
    }
    const count = Math.max(1, Math.min(thread.count, entry.maxInFlight));
    if (thread.index >= count) return [];
    const partition = { index: thread.index, count };
    return [{ index, entry: { ...entry, maxInFlight: shareOf(entry.maxInFlight, partition) }, partition }];
  });
  return { ...plan, thread, entries: plan.load.length, load, readers: feedReaders(plan) };
}
