// The API's routes about proxies, and how a proxy is shown.

import { badBody, errorBody } from './api-error.ts';
import { type ApiReply, bodyOf, type Call, proxyOf } from './api-call.ts';
import type { FaultProxy } from './fault-proxy.ts';
import { readProxy, readProxyChange } from './proxy-input.ts';
import { toxicJson } from './toxic-handlers.ts';

const proxyJson = ({ name, listen, upstream, enabled, toxics }: FaultProxy): object => ({
  ...{ name, listen, upstream, enabled },
  toxics: toxics.list().map(toxicJson),
});

export function listProxies({ proxies }: Call): ApiReply {
  return {
    status: 200,
    json: Object.fromEntries(proxies.list().map((proxy) => [proxy.name, proxyJson(proxy)])),
  };
}

export async function createProxy(call: Call): Promise<ApiReply> {
  return { status: 201, json: proxyJson(await call.proxies.add(readProxy(bodyOf(call)))) };
}

/** Checks all of them first, then stops at the first that cannot be made; the answer names those that were. */
export async function populate(call: Call): Promise<ApiReply> {
  const made: object[] = [];
  try {
    const list = bodyOf(call) ?? [];
    if (!Array.isArray(list)) throw badBody(`proxies must be an array, got ${typeof list}`);
    const inputs = list.map((item, index) => readProxy(item, ` at proxy ${index + 1}`));
    for (const input of inputs) made.push(proxyJson(await call.proxies.put(input)));
    return { status: 201, json: { proxies: made } };
  } catch (error) {
    const json = errorBody(error);
    return { status: json.status, json: { ...json, proxies: made } };
  }
}

export async function resetAll({ proxies }: Call): Promise<ApiReply> {
  await proxies.reset();
  return { status: 204 };
}

export function showProxy(call: Call): ApiReply {
  return { status: 200, json: proxyJson(proxyOf(call)) };
}

export async function updateProxy(call: Call): Promise<ApiReply> {
  const proxy = proxyOf(call);
  await proxy.update(readProxyChange(bodyOf(call)));
  return { status: 200, json: proxyJson(proxy) };
}

export async function removeProxy(call: Call): Promise<ApiReply> {
  await call.proxies.remove(proxyOf(call).name);
  return { status: 204 };
}
