// What any server of Toxiproxy's API does, as one table: run against the embedded proxy and against a real Toxiproxy.

import { proxyCases } from './proxy-conformance-proxies.ts';
import { relayCases } from './proxy-conformance-relay.ts';
import { shapingCases } from './proxy-conformance-shaping.ts';
import { toxicCases } from './proxy-conformance-toxics.ts';
import type { ConformanceCase } from './proxy-world.ts';

export const conformanceCases: readonly ConformanceCase[] = [
  ...proxyCases,
  ...toxicCases,
  ...relayCases,
  ...shapingCases,
];
