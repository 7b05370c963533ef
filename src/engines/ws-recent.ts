// Parsing what thousands of sockets receive: the copies of one message are the same bytes, so it is parsed once.

import { parseJson } from './json-checks.ts';

/** How many different messages may be on their way to many sockets at once and still be parsed only once each. */
const most = 8;
/** Larger ones are not held on to. */
const largestBytes = 65_536;

/**
 * Reads messages of one thread: the value of a JSON text, or undefined when it is none. Copies of a recent message
 * give the very same value, so nobody may change it.
 */
export function createMessageReader(): (raw: Buffer) => unknown {
  const recent: { readonly raw: Buffer; readonly value: unknown }[] = [];
  let next = 0;
  return (raw) => {
    for (const known of recent)
      if (known.raw.length === raw.length && known.raw.equals(raw)) return known.value;
    const value = parseJson(raw.toString());
    if (raw.length <= largestBytes) {
      // A copy of its own: what arrives is a view of a much larger block that would stay with it.
      recent[next] = { raw: Buffer.from(raw), value };
      next = (next + 1) % most;
    }
    return value;
  };
}
