// GET /metrics as the original has it: bytes received and sent by each proxy, as Prometheus text, when it is switched on.

import type { ApiReply, Call } from './api-call.ts';
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

/** Answers 404 like any unknown route unless the server was started with it. */
export function showMetrics({ proxies }: Call): ApiReply {
  const now = new Map<string, number>();
  for (const proxy of proxies.list()) for (const [labels, bytes] of counted(proxy)) now.set(labels, bytes);
  const settled = proxies.settledBytes;
  const all = [...new Set([...settled.labels(), ...now.keys()])].sort();
  const lines = byteNames.flatMap((name) => {
    const metric = `toxiproxy_proxy_${name}_bytes_total`;
    const own = all.filter((labels) => labels.startsWith(`${metric}{`));
    const samples = own.map((labels) => `${labels} ${settled.of(labels) + (now.get(labels) ?? 0)}`);
    return samples.length === 0 ? [] : [`# HELP ${metric} `, `# TYPE ${metric} counter`, ...samples];
  });
  return { status: 200, text: lines.map((line) => `${line}\n`).join(''), contentType };
}

const contentType = 'text/plain; version=0.0.4; charset=utf-8';

/** Directions that nothing went through yet are not shown, as in the original. */
function counted({ name, listen, upstream, observation }: FaultProxy): [labels: string, bytes: number][] {
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
