// The toxics there are. A new one is a file beside this one and a line here; `down` is the proxy disabled, not a toxic.

import { bandwidth } from './bandwidth.ts';
import { latency } from './latency.ts';
import { limitData } from './limit-data.ts';
import { resetPeer } from './reset-peer.ts';
import { slicer } from './slicer.ts';
import { slowClose } from './slow-close.ts';
import { timeout } from './timeout.ts';
import type { ToxicKind } from './toxic.ts';

const toxicKinds = [latency, bandwidth, slowClose, timeout, resetPeer, slicer, limitData] as const;

export function toxicKind(type: string): ToxicKind | undefined {
  return toxicKinds.find((kind) => kind.type === type);
}
