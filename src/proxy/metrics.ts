// GET /metrics as the original has it: bytes received and sent by each proxy, as Prometheus text, when it is switched on.

import type { ApiReply, Call } from './api-call.ts';
import { byteNames } from './byte-totals.ts';
import { counted } from './settled-bytes.ts';

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
