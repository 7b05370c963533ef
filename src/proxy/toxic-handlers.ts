// The API's routes about toxics, and how a toxic is shown.

import { type ApiReply, bodyOf, type Call, proxyOf } from './api-call.ts';
import type { LiveToxic } from './toxic-chain.ts';

const toxicName = (call: Call): string => call.names[1] ?? '';

export const toxicJson = ({ name, kind, stream, settings }: LiveToxic): object => ({
  ...{ attributes: settings.attributes, name, type: kind.type, stream, toxicity: settings.toxicity },
  ...(settings.ttlMs === undefined ? {} : { ttlMs: settings.ttlMs }),
});

const shown = (toxic: LiveToxic): ApiReply => ({ status: 200, json: toxicJson(toxic) });

export function listToxics(call: Call): ApiReply {
  return { status: 200, json: proxyOf(call).toxics.list().map(toxicJson) };
}

export function createToxic(call: Call): ApiReply {
  return shown(proxyOf(call).toxics.add(bodyOf(call)));
}

export function showToxic(call: Call): ApiReply {
  return shown(proxyOf(call).toxics.get(toxicName(call)));
}

export function updateToxic(call: Call): ApiReply {
  const { toxics } = proxyOf(call);
  const { name } = toxics.get(toxicName(call));
  return shown(toxics.update(name, bodyOf(call)));
}

export function removeToxic(call: Call): ApiReply {
  proxyOf(call).toxics.remove(toxicName(call));
  return { status: 204 };
}
