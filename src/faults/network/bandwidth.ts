// The fault `bandwidth`: every connection carries at most so many bytes per second.

import { z } from 'zod';
import { affectedShare } from '../fidelity.ts';
import { clearView, throttled } from '../stream-fidelity.ts';
import { defineFault, putToxic, toxicIntent } from './network-fault.ts';
import { rateKBPerSecond, rateText, reachOf, reachText, toxicInputs } from './parameters.ts';

const parameters = z.strictObject({
  rate: rateKBPerSecond.describe('How much each connection carries; KB and MB are of 1,000.'),
  ...toxicInputs,
});

const input = z
  .strictObject({ fault: z.literal('bandwidth'), with: parameters })
  .transform(({ with: written }) => ({
    kind: 'bandwidth' as const,
    /** Of each connection, in 1,000 bytes. */
    rateKBPerSecond: written.rate,
    ...reachOf(written),
  }));

export const bandwidth = defineFault({
  kind: 'bandwidth',
  input,
  parameters: (spec) => ({ rate: rateText(spec.rateKBPerSecond), ...reachText(spec) }),
  plan: (_spec, id, link) => toxicIntent('bandwidth', id, link),
  apply: (spec, intent) =>
    putToxic(intent, {
      type: 'bandwidth',
      stream: spec.direction,
      toxicity: spec.toxicity,
      attributes: { rate: spec.rateKBPerSecond },
    }),
  judge: (spec, seen) => [
    throttled(
      spec.rateKBPerSecond,
      `at most ${rateText(spec.rateKBPerSecond)}`,
      clearView(seen, spec.direction),
    ),
    affectedShare(spec.toxicity, seen?.draws ?? null),
  ],
});
