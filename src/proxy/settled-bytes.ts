// Bytes by proxy, direction and address, as Prometheus labels them: also of proxies that are gone or moved.

import { byteNames, streams } from './byte-totals.ts';
import type { FaultProxy } from './fault-proxy.ts';

/** What has been counted under names and addresses that no proxy has any more: counters never go back. */
export class SettledBytes {
  private readonly byLabels = new Map<string, number>();

  /** Takes over what a proxy has counted so far; it begins anew. */
  settle(proxy: FaultProxy): void {
    for (const [labels, bytes] of counted(proxy)) this.byLabels.set(labels, this.of(labels) + bytes);
    const { bytes } = proxy.observation;
    for (const stream of streams) for (const name of byteNames) bytes[stream][name] = 0;
  }

  of(labels: string): number {
    return this.byLabels.get(labels) ?? 0;
  }

  labels(): Iterable<string> {
    return this.byLabels.keys();
  }
}

/** Directions that nothing went through yet are not shown, as in the original. */
export function counted({
  name,
  listen,
  upstream,
  observation,
}: FaultProxy): [labels: string, bytes: number][] {
  return streams.flatMap((stream) =>
    byteNames.flatMap((what): [string, number][] => {
      const bytes = observation.bytes[stream][what];
      const labels = `direction="${stream}",listener=${quoted(listen)},proxy=${quoted(name)},upstream=${quoted(upstream)}`;
      return bytes === 0 ? [] : [[`toxiproxy_proxy_${what}_bytes_total{${labels}}`, bytes]];
    }),
  );
}

const quoted = (text: string): string =>
  `"${text.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n')}"`;
