// What a command locks: its target, and every server of it that runs already, however else that is called elsewhere.

import { hostOfUrl } from '../faults/hosts.ts';
import type { Pins } from '../faults/pins.ts';
import type { TargetSpec } from '../system/target-spec.ts';

const defaultPorts: Readonly<Record<string, string>> = {
  'http:': '80',
  'ws:': '80',
  'https:': '443',
  'wss:': '443',
};

/**
 * The name of a target with a file; the addresses of the variants that run already, as checked: one server that two files,
 * or a file and a URL on the command line, lead to is one target.
 */
export function lockNames(target: TargetSpec, variants: readonly string[], pins: Pins): string[] {
  const names = new Set(target.file === null ? [] : [target.name]);
  for (const name of variants) {
    const variant = target.variants[name];
    if (variant?.kind !== 'url') continue;
    for (const url of [variant.http, variant.ws]) {
      if (url !== null) names.add(addressOf(url, pins));
    }
  }
  return [...names];
}

/** Of several addresses the lowest stands for all, in whatever order they were found. */
function addressOf(url: string, pins: Pins): string {
  const { protocol, port } = new URL(url);
  const host = hostOfUrl(url);
  const address = [...(pins[host] ?? [host])].sort()[0] ?? host;
  return `${address}:${port === '' ? (defaultPorts[protocol] ?? '') : port}`;
}
