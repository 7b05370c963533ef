// What the metrics of k6 are called here, and what to write for those that have no counterpart.

import type { Unit } from './quantity.ts';

interface Named {
  readonly metric: string;
  /** Of the limit; k6 writes times as milliseconds, shares as 0…1, rates per second. */
  readonly unit: Unit;
}

export interface K6Counterpart {
  /** `latency`: `p(95)` is `p95(…)`; a name: `p(95)` is `<name>(…, p95)`; else a metric for each aggregation. */
  readonly of:
    'latency' | { readonly metric: string } | Readonly<Record<'rate' | 'count', Named | undefined>>;
  /** Tags that name the series. */
  readonly tags: readonly string[];
  /** Before the value of such a tag. */
  readonly prefix: string;
  readonly needsSubject: boolean;
  /** k6 has it of HTTP requests only; without a name it pools every step here. */
  readonly isHttp: boolean;
  /** What a threshold on it looks like, for people. */
  readonly example: string;
}

const steps = { tags: ['name'], prefix: '', needsSubject: false, isHttp: true } as const;
const flows = { tags: ['scenario', 'flow'], prefix: 'flow:', needsSubject: true, isHttp: false } as const;
const counters = {
  rate: { metric: 'rate', unit: '1/s' },
  count: { metric: 'count', unit: 'count' },
} as const;
const share = (metric: string): { rate: Named; count: undefined } => ({
  rate: { metric, unit: 'share' },
  count: undefined,
});

export const k6Counterparts: Readonly<Record<string, K6Counterpart>> = {
  http_req_duration: { of: 'latency', ...steps, example: 'e.g. `http_req_duration{name:query}: p(95)<500`' },
  iteration_duration: { of: 'latency', ...flows, example: 'write `p95(flow:<flow>) < 500ms`' },
  http_req_waiting: {
    ...{ of: { metric: 'first_byte' }, ...steps },
    example: 'e.g. `http_req_waiting{name:query}: p(95)<200`',
  },
  http_req_connecting: {
    ...{ of: { metric: 'connect' }, ...steps },
    example: 'e.g. `http_req_connecting: max<100`',
  },
  http_req_tls_handshaking: {
    ...{ of: { metric: 'tls' }, ...steps },
    example: 'e.g. `http_req_tls_handshaking: max<100`',
  },
  http_req_failed: { of: share('error_rate'), ...steps, example: 'e.g. `http_req_failed: rate<0.01`' },
  checks: { of: share('availability'), ...steps, isHttp: false, example: 'e.g. `checks: rate>0.99`' },
  http_reqs: { of: counters, ...steps, example: 'e.g. `http_reqs: rate>50`' },
  iterations: { of: counters, ...flows, example: 'write `rate(flow:<flow>) > 10/s`' },
};

const partOfLatency = 'it is a part of `p95(query)`, which holds all of a request';
const loadSays = 'the load of the scenario says how many there are';

/** By name, what to write instead. */
export const k6Refusals: Readonly<Record<string, string>> = {
  dropped_iterations: 'write `dropped < 1%`: the share of what was offered',
  http_req_blocked: partOfLatency,
  http_req_sending: partOfLatency,
  http_req_receiving: partOfLatency,
  group_duration: 'write `p95(flow:<flow>)`, or a promise for each step',
  vus: loadSays,
  vus_max: loadSays,
  data_sent: 'say how large answers may be with `expect` in the step',
  data_received: 'say how large answers may be with `expect` in the step',
  ws_connecting: 'write `p95(<the connect step>) < 1s`',
  ws_session_duration: 'write `p95(flow:<flow>) < 10s`',
  ws_sessions: loadSays,
  ws_msgs_sent: loadSays,
  ws_msgs_received: 'write `error_rate(<the send step>) < 1%`: a reply that does not come is an error',
  ws_ping: 'send a message with a `reply`: `p95(<the send step>) < 100ms`',
};
