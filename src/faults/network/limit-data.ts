// The fault `limit_data`: a connection carries so many bytes, then it is closed.

import { z } from 'zod';
import { affectedShare } from '../fidelity.ts';
import { clearView, limited } from '../stream-fidelity.ts';
import { defineFault, putToxic, toxicIntent } from './network-fault.ts';
import { reachOf, reachText, sizeBytes, sizeText, toxicInputs } from './parameters.ts';

const parameters = z.strictObject({
  bytes: sizeBytes(0).describe(
    'After this much, counted from when the fault begins, a connection is closed; 0B: at its first data.',
  ),
  ...toxicInputs,
});

const input = z
  .strictObject({ fault: z.literal('limit_data'), with: parameters })
  .transform(({ with: written }) => ({
    kind: 'limit_data' as const,
    /** Per connection. */
    limitBytes: written.bytes,
    ...reachOf(written),
  }));

export const limitData = defineFault({
  kind: 'limit_data',
  input,
  parameters: (spec) => ({ bytes: sizeText(spec.limitBytes), ...reachText(spec) }),
  plan: (_spec, id, link) => toxicIntent('limit_data', id, link),
  apply: (spec, intent) =>
    putToxic(intent, {
      type: 'limit_data',
      stream: spec.direction,
      toxicity: spec.toxicity,
      attributes: { bytes: spec.limitBytes },
    }),
  judge: (spec, seen) => [
    limited(spec.limitBytes, `at most ${sizeText(spec.limitBytes)}`, clearView(seen, spec.direction)),
    affectedShare(spec.toxicity, seen?.draws ?? null),
  ],
});
