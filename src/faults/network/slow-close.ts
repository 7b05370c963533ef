// The fault `slow_close`: data passes as ever, but the end of a stream arrives later.

import { z } from 'zod';
import { affectedShare } from '../fidelity.ts';
import { endedLate } from '../stream-fidelity.ts';
import { defineFault, putToxic, toxicIntent } from './network-fault.ts';
import { durationMs, msText, reachOf, reachText, toxicInputs } from './parameters.ts';

const parameters = z.strictObject({
  delay: durationMs(1).describe('How much later the close of a connection arrives.'),
  ...toxicInputs,
});

const input = z
  .strictObject({ fault: z.literal('slow_close'), with: parameters })
  .transform(({ with: written }) => ({
    kind: 'slow_close' as const,
    delayMs: written.delay,
    ...reachOf(written),
  }));

export const slowClose = defineFault({
  kind: 'slow_close',
  input,
  parameters: (spec) => ({ delay: msText(spec.delayMs), ...reachText(spec) }),
  plan: (_spec, id, link) => toxicIntent('slow_close', id, link),
  apply: (spec, intent) =>
    putToxic(intent, {
      type: 'slow_close',
      stream: spec.direction,
      toxicity: spec.toxicity,
      attributes: { delay: spec.delayMs },
    }),
  judge: (spec, seen) => [
    endedLate(spec.delayMs, msText(spec.delayMs), seen, spec.direction),
    affectedShare(spec.toxicity, seen?.draws ?? null),
  ],
});
