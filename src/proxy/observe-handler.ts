// The API's route that the original lacks: what the proxy saw, for any window of the last five minutes, and from a mark on.

import { type ApiReply, type Call, proxyOf } from './api-call.ts';
import { ApiError } from './api-error.ts';
import { observeWindow } from './observation-window.ts';

/** `?sinceMicros=` and `?untilMicros=`, both optional, on the monotonic clock. */
export function observe(call: Call): ApiReply {
  const proxy = proxyOf(call);
  const { query } = call.request;
  const window = observeWindow(proxy.observation, proxy.toxics.lives(), {
    nowMicros: call.scheduler.nowMicros(),
    sinceMicros: readMicros(query, 'sinceMicros'),
    untilMicros: readMicros(query, 'untilMicros'),
    openConnections: proxy.openConnections,
  });
  return { status: 200, json: window };
}

/** What comes from now on is counted apart, as from a change of toxics on. */
export function mark(call: Call): ApiReply {
  const atMicros = call.scheduler.nowMicros();
  proxyOf(call).observation.cut(atMicros);
  return { status: 200, json: { atMicros } };
}

function readMicros(query: URLSearchParams, key: string): number | undefined {
  const text = query.get(key);
  if (text === null) return undefined;
  const value = Number(text);
  if (text.trim() === '' || !Number.isFinite(value))
    throw new ApiError(`${key} must be a number of microseconds`, 400);
  return value;
}
