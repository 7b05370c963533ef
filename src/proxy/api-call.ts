// What a handler of the API is given and gives back; HTTP itself is server.ts.

import { parseJson } from './body.ts';
import type { ProxyCollection } from './collection.ts';
import type { FaultProxy } from './fault-proxy.ts';
import type { Scheduler } from './schedule.ts';

export interface ApiRequest {
  readonly method: string;
  /** Decoded path segments: `/proxies/a` = ['proxies', 'a']. */
  readonly path: readonly string[];
  readonly query: URLSearchParams;
  readonly body: string;
}

export interface ApiReply {
  readonly status: number;
  /** Neither = no body. */
  readonly json?: unknown;
  readonly text?: string;
  /** Of `text`; default: plain text. */
  readonly contentType?: string;
}

export interface ApiState {
  readonly proxies: ProxyCollection;
  readonly scheduler: Scheduler;
  /** Whether GET /metrics is there. */
  readonly metrics: boolean;
}

export interface Call extends ApiState {
  /** The path's variable segments: the proxy's name, the toxic's. */
  readonly names: readonly string[];
  readonly request: ApiRequest;
}

export type Handler = (call: Call) => ApiReply | Promise<ApiReply>;

/** Throws ApiError 404. */
export const proxyOf = (call: Call): FaultProxy => call.proxies.get(call.names[0] ?? '');

/** Throws ApiError 400. */
export const bodyOf = (call: Call): unknown => parseJson(call.request.body);
