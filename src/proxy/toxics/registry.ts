// The toxics there are. A new one is a file beside this one and a line here; `down` is the proxy disabled, not a toxic.

import { latency } from './latency.ts';
import { resetPeer } from './reset-peer.ts';
import { timeout } from './timeout.ts';
import type { ToxicKind } from './toxic.ts';

const toxicKinds = [latency, timeout, resetPeer] as const;

export function toxicKind(type: string): ToxicKind | undefined {
  return toxicKinds.find((kind) => kind.type === type);
}
