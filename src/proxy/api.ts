// Toxiproxy's REST API: its routes, and errors as answers.

import type { ApiReply, ApiRequest, ApiState, Handler } from './api-call.ts';
import { errorBody } from './api-error.ts';
import { showMetrics } from './metrics.ts';
import { mark, observe } from './observe-handler.ts';
import {
  createProxy,
  listProxies,
  populate,
  removeProxy,
  resetAll,
  showProxy,
  updateProxy,
} from './proxy-handlers.ts';
import { createToxic, listToxics, removeToxic, showToxic, updateToxic } from './toxic-handlers.ts';

/** The API level that is spoken, and whose server it is. */
const version = '2.12.0+mettle';

/** `*` stands for one name. */
const routes: readonly (readonly [path: string, methods: Readonly<Record<string, Handler>>])[] = [
  ['version', { GET: () => ({ status: 200, json: { version } }) }],
  ['proxies', { GET: listProxies, POST: createProxy }],
  ['populate', { POST: populate }],
  ['reset', { POST: resetAll }],
  ['metrics', { GET: showMetrics }],
  ['proxies/*', { GET: showProxy, POST: updateProxy, PATCH: updateProxy, DELETE: removeProxy }],
  ['proxies/*/toxics', { GET: listToxics, POST: createToxic }],
  ['proxies/*/toxics/*', { GET: showToxic, POST: updateToxic, PATCH: updateToxic, DELETE: removeToxic }],
  ['proxies/*/observation', { GET: observe, POST: mark }],
];

/** Never rejects: whatever goes wrong is an answer. */
export async function answer(state: ApiState, request: ApiRequest): Promise<ApiReply> {
  for (const [pattern, methods] of routes) {
    const names = match(pattern.split('/'), request.path);
    if (names === undefined || (pattern === 'metrics' && !state.metrics)) continue;
    const handler = Object.hasOwn(methods, request.method) ? methods[request.method] : undefined;
    if (handler === undefined) return { status: 405 };
    try {
      return await handler({ ...state, names, request });
    } catch (error) {
      const json = errorBody(error);
      return { status: json.status, json };
    }
  }
  return { status: 404, text: '404 page not found\n' };
}

/** The variable segments, or undefined when the path is another one. */
function match(pattern: readonly string[], path: readonly string[]): string[] | undefined {
  if (pattern.length !== path.length || path.includes('')) return undefined;
  const fits = pattern.every((part, index) => part === '*' || part === path[index]);
  return fits ? path.filter((_, index) => pattern[index] === '*') : undefined;
}
